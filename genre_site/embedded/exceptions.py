"""What can go wrong with the embedded servers, each told in one sentence to the person at the terminal."""


class LocalServicesError(Exception):
    """Permanent: the person has to change something; the message says what."""


class StateFolderError(LocalServicesError):
    """No folder can hold data and sockets."""


class ServiceUserError(LocalServicesError):
    """The account that runs the servers is missing or unfit."""


class ServerFailedError(LocalServicesError):
    """A server did not start or did not stop; the message ends with its last log lines."""


class LockTimeoutError(LocalServicesError):
    """Another process has been starting or stopping this instance for too long; worth a retry."""
