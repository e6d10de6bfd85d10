"""What can go wrong while recommending; each error says whether trying again may help."""

from __future__ import annotations


class GenreError(Exception):
    """A failure with a sentence for the person who asked."""

    permanent = True


class NotInCatalog(GenreError):
    """An item, profile, kind or scenario that the catalog does not have."""


class InvalidRequest(GenreError):
    """A request that contradicts itself or lacks what it needs."""


class SpaceNotReady(GenreError):
    """An embedding space that cannot do what is asked of it in its present state."""


class VersionNotReady(GenreError):
    """A ranking model that cannot do what is asked of it in its present state."""


class Overtaken(GenreError):
    """Something that was decided by what was shown, and that is no longer so."""


class NoWorker(GenreError):
    """No Celery worker answers."""

    permanent = False


class ChangedMeanwhile(GenreError):
    """What was to be changed is no longer what whoever changes it has seen, or there is one already."""


class Contradicted(GenreError):
    """What is stored does not allow what was asked, such as an identifier that names something else."""


class KeyOfAnotherRequest(GenreError):
    """An idempotency key that was sent before, with something else."""


class StillRunning(GenreError):
    """The same request, which is being worked on."""

    permanent = False
