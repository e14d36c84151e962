# Navigation and the front page
nav-home = Now
nav-map = Map
nav-feeds = Sources
nav-api = For developers
operator-unnamed = an operator who has not given a name
home-title = { $city } now
home-title-recorded = { $city } as recorded
home-lead = What the city's sensors and public feeds say at this moment, each with its time, its owner and what it means.
home-lead-recorded = What the city's sensors and public feeds said on the dates shown, each with its owner and what it means.
home-now = The city now
home-now-recorded = The city then
home-now-text = These figures update themselves. You can pause them.
home-notices = Warnings and news
home-map = Where it is measured
home-map-text = Choose a kind of place to see each on the map, with a list beside it.
places-count = { $n ->
    [one] 1 place
   *[other] { SHOW($n) } places
}
home-map-label = Places where something is measured
home-feeds = Where this comes from
home-feeds-text = Every source with its state. One that has gone silent is shown as silent.
home-build = Build with it
home-build-text = Everything here is open through standard interfaces, live and historical, without a key.
home-build-link = Interfaces for developers
notice-whole = The whole text
notices-none = The source listed no warning or news in force at { $time }.
notices-unknown = Not known: no source of warnings has been heard from. Ask the official service.
tile-of-many = from { $count } readings
owner-simulator = Simulator, no real device

# Map
map-title = Map
map-lead = Places where something is measured, with the latest value of each.
map-of = Map: { $what }
map-area = Where
map-anywhere = Anywhere
map-name = Name contains
map-show = Show
map-says = { $what }: { $value }
map-empty = No places are known yet.
map-instead = No places are known of “{ $what }”. Shown instead: { $shown }.

# Layers of the map
nav-districts = Districts
nav-visitors = Visitors
map-layers = Layers
map-narrow = Narrow down by place or name
map-others = Other sources
layer-show = Show:
layer-hide = Hide:

# Districts
districts-title = Districts
districts-lead = What each of the { $n } districts is like, and what is measured there now.
districts-where = Where they are
districts-map = All districts
districts-now = Now
districts-caption = Measured now: { $region }
districts-district = District
districts-note = Outlines are drawn by hand: near a border a place may be counted on the other side of it.
districts-all = All districts
district-map = { $district } and its surroundings
district-open-map = Open the moving map
district-now = Now, beside the city
district-now-text = Each figure is made of the readings that lie in this district.
district-beside = { $n ->
    [one] From one reading here. Whole city: { $city }
   *[other] From { SHOW($n) } readings here. Whole city: { $city }
}
district-places = What is measured here
district-places-text = The latest value of each place.
district-more = All { SHOW($n) } on the map
district-nothing = Nothing is measured in this district.
district-notices-text = Those for the whole city, and those that name a place in this district.
district-no-notice = No notice in force names a place in this district.
district-names = Names of places
district-names-text = As they stand on signs.
names-places = Neighbourhoods and places
names-stations = Stations, piers and control points
names-hospitals = Hospitals
names-parks = Parks
names-peaks = Hills
names-waters = Bays and waters

# Visitors
visitors-title = Just arrived?
visitors-lead = Queues at the control points, how to go on from there, and the words you need first. No account.
visitors-phrases = First words
visitors-phrases-text = Say them, or show them.
visitors-points = Where you enter
visitors-points-text = Choose a point for its queues, the ways into the city and the weather there.
visitors-map = Control points
visitors-advice = Good to know
visitors-no-account = These pages ask for nothing and keep nothing about you.
visitors-queues = Queues now
queues-unknown = Not known
queues-none = Nothing is known of the queues here now. Ask the official service:
visitors-open = Opening hours
visitors-onward = How to go on
visitors-onward-text = In our own words; the link has the operator’s.
visitors-weather = Weather nearby
visitors-no-weather = No weather station has been heard from.
visitors-all = All control points
kilometres-away = { $km } km away

# Things and datastreams
thing-measures = Latest values
thing-devices = Devices here
thing-devices-text = Each device, what it collects, what it does not, for how long, and whose it is.
device-collects = Collects
device-does-not = Does not collect
device-retention = Kept
device-owner = Whose it is
thing-where = Where it is
thing-position = Latitude, longitude
thing-nowhere = Its position is not known.
thing-near = Near here
metres-away = { $metres } m away
thing-whose = Whose it is
thing-facts = As its source describes it
thing-api = For programs:
series-title = { $what }: { $where }
series-latest = Latest value
series-course = Over time
series-range = Length of time
series-means = Each point is the mean of { $step }.
series-each = Each value as it came.
range-day = One day
range-week = One week
range-month = 30 days
range-year = One year
range-all = All
series-files = Download
series-count = { $n ->
    [one] 1 value since
   *[other] { SHOW($n) } values since
}
series-simulated = These files hold simulated values; each row says so.
series-api = For programs
call-sta = SensorThings 1.1
call-latest = Latest value
call-aggregate = Hourly statistics
call-stream = Live stream

# Feeds
feeds-title = Sources
feeds-lead = Where every figure comes from, how each source is doing, and the proof that nothing is lost on the way.
feeds-all = All sources
feeds-all-text = A source is working when every part of it has answered within its own limit.
feeds-caption = Sources
feeds-feed = Source
feeds-state = State
feeds-newest = Newest value
feeds-owner = Whose it is
feeds-places = Places
feeds-waiting = Queue: { $waiting } of { $capacity } places taken.
health-green = Working
health-partial = Partly working
health-stale = Silent
health-failing = Failing
health-never = Never heard from
health-not-simulated = Not in this demonstration
received-title = Everything received
received-text = What was received was stored, was there already, or was refused for a reason. The three add up, for every feed and device.
received-caption = What became of everything received
received-from = From
received-received = Received
received-stored = Stored
received-duplicate = There already
received-refused = Refused
received-adds-up = Adds up
feed-state = State
feed-simulated = These devices are simulated. The real source is not asked.
feed-source = Part
feed-last-good = Last good answer
feed-last-error = Last problem
feed-sources-caption = Parts of this source
feed-file = The file that says how it is read:
feed-places = Places
feed-books = Counts
feed-books-text = Every record received is mapped or set aside; every observation is stored, was there already, or is refused.
feed-quarantined = Recently set aside
counter-what = What
counter-count = Count
counter-caption = Counts of { $feed }
counter-answers = Answers received
counter-unchanged = Answers that said nothing has changed
counter-broken = Broken answers
counter-records = Records received
counter-mapped = Records mapped
counter-quarantined = Records set aside
counter-observations = Observations in them
counter-stored = Observations stored
counter-duplicate = Observations that were there already
counter-refused = Observations refused

# Developers
developers-title = For developers
developers-lead = Standard interfaces, open without a key: SensorThings, GeoJSON, vector tiles, server-sent events, CSV, JSON and Parquet.
developers-begin = Begin here
developers-begin-text = Follow a link; what you see is what your program gets.
developers-openapi = OpenAPI document
developers-rules = Good to know
developers-rule-key = Reading what is public needs no key. Writing needs one, sent as Authorization: Bearer.
developers-rule-mode = Every answer says whether its values are live, recorded or simulated. Never mix them in one figure.
developers-rule-problem = What goes wrong is said as a problem document (RFC 9457) with a code that never changes:
developers-rule-busy = When too much comes at once the answer is 429 with Retry-After. Nothing that was acknowledged is lost.
developers-parameters = { $n ->
    [one] 1 parameter
   *[other] { SHOW($n) } parameters
}
example-things = Things with places and datastreams
example-latest = Latest values of a source
example-stream = The same, live
example-feeds = State of all sources
example-features = Map layers as GeoJSON
who-key-holders = with a key
who-operator = for the operator

# About
about-title = About this site
about-lead = Who runs it, what it keeps, and which licences its data comes under.
about-who = Who runs it
about-contact = Write to
about-no-contact = The operator of this copy has given no address to write to.
about-keeps = What it keeps
about-keeps-observations = What devices and public feeds measured, with when it came and from where.
about-keeps-visitors = Of visitors: nothing. No account, no cookies, no address and no query is written down.
about-keeps-device = What you choose here (light or dark, paused updates) stays in your browser.
about-licences = Licences of the data
wrong-title = Something wrong here?
wrong-lead = A wrong figure, a wrong word, a page that does not work for you: thank you for saying so.
wrong-tell = Tell the operator
wrong-page = You came from
wrong-contact = Write to
wrong-official = For an official answer
wrong-official-text = This is independent software. For anything urgent or official, turn to the official service:
problem-title = Something is wrong
problem-what = What happened
problem-code = Code
problem-home = To the front page

# Devices
devices-title = Devices
devices-lead = What stands in the city and measures, how each is doing, and when it was last heard.
devices-lead-here = Devices with keys of their own, and how each is doing
devices-caption = Registered devices
devices-all = All devices
devices-all-text = Devices with keys of their own that are open to everybody. What feeds bring stands under Sources.
devices-none = No device is open to everybody yet.
devices-more = The first { $count } are shown; the interface lists all:
device-name = Name
device-health = State
device-last-seen = Last heard
device-battery = Battery
device-battery-hint = The name of the datastream that says how full it is.
device-hardware = Hardware
device-never = never
device-is-new = not heard yet
device-is-speaking = speaking
device-is-silent = silent
device-is-lost = lost
device-is-retired = retired
device-may-be-quiet = It may be quiet for any time.
device-silence-rule = Silent after { $span } without a word.
device-silence = Silence rule
device-silence-hint = Seconds without a word after which it counts as silent; empty if it may be quiet.
device-slug = Stable name
device-slug-hint = As in lampposts/17: its datastreams begin with it. It never changes.
device-model = Model
device-firmware = Firmware
device-serial = Serial number
device-scope = May write below
device-registered = Registered
device-where = Where it was
device-history = What happened to it
device-when = When
device-what = What
device-detail = Detail
device-who = By
device-was-registered = registered
device-was-replaced = replaced
device-was-firmware = new firmware
device-was-lost = lost
device-was-found = found
device-was-retired = retired
device-was-key = new key
device-was-silent = silent
device-was-back = heard again
device-operators = For operators
device-operators-text = Registering needs the operator’s key: your browser asks for it as a password, with any name.
device-register = Register devices
device-register-lead = A device gets a name for ever and a key of its own, which opens its own datastreams only.
device-one = One device
device-many = Many at once
device-table = Table (CSV)
device-table-hint = The first line names the columns: device,name,serial,model,silence_seconds,battery,label
device-do-register = Register
device-do-register-all = Register all
device-do-key = Give it a new key
device-do-lost = It is lost
device-do-found = It is found
device-do-retire = Retire it for good
device-do-replace = Replace its hardware
device-replace-text = The name and the datastreams stay. The old key opens nothing any more; give the new hardware a key.
device-keys = Keys
device-keys-text = Put each into its device.
device-key-once = Copy what you need now: keys are shown this once and kept by their digest only.
device-wrong-number = Write a whole number of seconds.
device-label = Who may see it
device-label-public = Everybody
device-label-internal = The operator only
device-history-caption = Newest first
