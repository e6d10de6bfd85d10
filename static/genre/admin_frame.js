// The Content-Security-Policy refuses the style that htmx would add to every page.
htmx.config.includeIndicatorStyles = false;
