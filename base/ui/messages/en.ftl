# How this language writes numbers and dates. A month is given as a name: $month holds month-1 to month-12.
number-group = ,
number-decimal = .
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
date-time = { $day } { $month } { $year }, { $time }
date-full = { $day } { $month } { $year }
date-day = { $day } { $month }
date-month = { $month } { $year }
age-now = just now
age-seconds = { $n ->
    [one] 1 second ago
   *[other] { SHOW($n) } seconds ago
}
age-minutes = { $n ->
    [one] 1 minute ago
   *[other] { SHOW($n) } minutes ago
}
age-hours = { $n ->
    [one] 1 hour ago
   *[other] { SHOW($n) } hours ago
}
age-days = { $n ->
    [one] 1 day ago
   *[other] { SHOW($n) } days ago
}
span-seconds = { $n ->
    [one] 1 second
   *[other] { SHOW($n) } seconds
}
span-minutes = { $n ->
    [one] 1 minute
   *[other] { SHOW($n) } minutes
}
span-hours = { $n ->
    [one] 1 hour
   *[other] { SHOW($n) } hours
}
span-days = { $n ->
    [one] 1 day
   *[other] { SHOW($n) } days
}
value-yes = yes
value-no = no
value-missing = no value
quality-valid = valid
quality-suspect = suspect
quality-missing = missing
quality-estimated = estimated
quality-simulated = simulated

# The frame of every page
product-name = Causeway
skip-link = Skip to the content
independent = Independent software, not an official site.
independent-long = { $product } is independent software. It is not run, approved or endorsed by any government or public body.
official-link = Official service: { $name }
official-go = Go to { $name }
nav-label = Main
crumbs-label = You are here
languages-label = Language
search-label = Search
search-hint = Place, service, number, page
search-go = Search
theme-label = Appearance
theme-auto = As on this device
theme-light = Light
theme-dark = Dark
footer-who = Who runs this site
footer-run-by = This copy is run by { $operator }.
footer-wrong = Something wrong here?
footer-licences = Licences of the software in these pages
footer-design = How these pages are made
footer-about = About
pause-label = Updates by itself
pause-stop = Pause updates
pause-go = Resume updates
pause-state-on = Live updates are on
pause-state-off = Updates are paused
pause-state-lost = Connection lost. Trying again.
top-link = Back to top

# Modes
mode-live = Live
mode-recording = Recording
mode-recording-of = Recording of { $date }
mode-simulated = Simulated
mode-live-note = Values come from their sources as they are published.
mode-recording-note = These values were recorded on the date shown and are played back. They do not describe the present.
mode-simulated-note = These values are invented by a simulator to show how the pages work. They describe no real place or event.
mode-simulated-clock = Time runs { $speed } times as fast here: when this page was made, it was { $time }.
mode-banner-label = What the figures on this page are

# Status
status-good = Good
status-notice = Notice
status-bad = Fault
status-unknown = Not known
status-off = Off
status-stale = No new value since { $since }
status-old = Out of date
status-fresh = Up to date

# Tiles
tile-source = Source
tile-owner = Whose it is
tile-means = What it means
tile-normal = Usual for this hour: { $low } to { $high }
tile-little-history = Too little history to say what is usual
tile-recorded = Recorded { $time }
tile-more = History and data

# Charts and tables
chart-table = Show the figures as a table
chart-time = Time
chart-value = Value
chart-quality = Quality
chart-none = No values in this period.
chart-summary = { $count ->
    [one] One value, { $low }.
   *[other] { SHOW($count) } values. Lowest { $low } ({ $lowtime }), highest { $high } ({ $hightime }), latest { $last } ({ $lasttime }).
}
chart-gaps = { $count ->
    [one] One gap without values.
   *[other] { SHOW($count) } gaps without values.
}
chart-series = Series
chart-doubt = Estimated or suspect
chart-band = Usual range
table-empty = Nothing to show.
table-shown = { $shown } of { $count } shown

# Map
map-open = Open the map
map-loading = The map is loading.
map-failed = The map could not be loaded. The list holds the same places.
map-schematic = Schematic map: not for navigation.
map-list = The same places as a list
map-label = Map
map-zoom-in = Zoom in
map-zoom-out = Zoom out
map-north = Move up
map-south = Move down
map-west = Move left
map-east = Move right
map-reset = Show everything
map-locator = Where it is
map-needs-script = The moving map needs JavaScript; the list below is complete without it.

# Forms
form-required = required
form-optional = optional
form-error-title = Please check these answers
form-send = Send
form-demonstration = Demonstration: do not enter real data. Use the invented persons.
