"""frost_sta_client, unmodified, against a SensorThings service: frost.py URL KEY, where URL ends in v1.1.

It makes, deep-inserts, queries, expands, changes and deletes, as its own documentation shows.
"""

import sys

import frost_sta_client as fsc
import requests
from geojson import Point


def same(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: {found!r}, expected {expected!r}")


def gone(what, look):
    try:
        look()
    except (requests.exceptions.HTTPError, KeyError):
        return
    sys.exit(f"{what} is still there")


def station(name, longitude, latitude):
    """A thing with its place and one datastream: three levels in one request."""
    place = fsc.Location(
        name=f"place of {name}",
        description="a place",
        location=Point((longitude, latitude)),
        encoding_type="application/geo+json",
    )
    stream = fsc.Datastream(
        name=f"air at {name}",
        description="a series",
        observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unit_of_measurement=fsc.UnitOfMeasurement(name="degree Celsius", symbol="°C", definition="ucum:Cel"),
        sensor=fsc.Sensor(
            name=f"sensor of {name}", description="an instrument", encoding_type="text/html", metadata="http://a.test/sheet"
        ),
        observed_property=fsc.ObservedProperty(
            name="temperature", definition="http://a.test/temperature", description="how warm it is"
        ),
    )
    return fsc.Thing(
        name=name,
        description="a station",
        properties={"district": "north"},
        locations=fsc.model.ext.entity_list.EntityList(entity_class="frost_sta_client.model.location.Location", entities=[place]),
        datastreams=fsc.model.ext.entity_list.EntityList(
            entity_class="frost_sta_client.model.datastream.Datastream", entities=[stream]
        ),
    )


def main(url, key):
    service = fsc.SensorThingsService(url, auth_handler=fsc.AuthHandler(username="operator", password=key))

    thing = station("frost 1", 114.1, 22.3)
    service.create(thing)
    other = station("frost 2", 114.2, 22.4)
    service.create(other)
    read = service.things().find(thing.id)
    same((read.name, read.properties["district"]), ("frost 1", "north"), "a thing")

    # Along links, from what was made deeply.
    streams = read.get_datastreams().query().list().entities
    same([stream.name for stream in streams], ["air at frost 1"], "its datastreams")
    stream = streams[0]
    same(stream.unit_of_measurement.symbol, "°C", "a unit")
    same(read.get_locations().query().list().entities[0].location["coordinates"], [114.1, 22.3], "its place")

    for minute in range(25):
        observation = fsc.Observation(
            phenomenon_time=f"2026-01-01T00:{minute:02}:00Z",
            result=minute / 2,
            datastream=fsc.Datastream(id=stream.id),
        )
        service.create(observation)
    read = service.observations().find(observation.id)
    same(read.result, 12, "an observation")

    # Query, expand, pages.
    page = service.observations().query().filter(f"Datastream/id eq {stream.id} and result gt 3").orderby("result", "DESC").top(4)
    found = page.count().list()
    same(found.count, 18, "a count")
    results = [one.result for one in found]
    same(results, [half / 2 for half in range(24, 6, -1)], "pages of observations")
    found = stream.get_observations().query().orderby("phenomenonTime", "ASC").skip(20).list()
    same([one.result for one in found], [10, 10.5, 11, 11.5, 12], "observations of a datastream")
    found = service.things().query().filter("startswith(name,'frost')").expand("Locations,Datastreams($expand=Observations($top=1))").list()
    same([one.name for one in found], ["frost 1", "frost 2"], "things")
    one = found.get(0)
    same(one.locations.get(0).name, "place of frost 1", "an expanded place")
    same(one.datastreams.get(0).observations.get(0).result, 0, "an expanded observation")
    near = "st_within(location,geography'POLYGON((114.05 22.2,114.15 22.2,114.15 22.35,114.05 22.35,114.05 22.2))')"
    same([one.name for one in service.locations().query().filter(near).list()], ["place of frost 1"], "places")
    same([one.name for one in service.things().query().filter("name eq 'frost 2'").select("name").list()], ["frost 2"], "names")
    feature = service.observations().query().top(1).expand("FeatureOfInterest,Datastream").list().get(0)
    same(feature.feature_of_interest.name, "place of frost 1", "a feature of interest")

    # Change.
    thing = service.things().find(thing.id)
    thing.name = "frost one"
    service.update(thing)
    same(service.things().find(thing.id).name, "frost one", "a changed thing")
    same(len(list(thing.get_datastreams().query().list())), 1, "datastreams of a changed thing")
    service.patch(thing, [{"op": "replace", "path": "/properties/district", "value": "south"}, {"op": "remove", "path": "/properties/district"}, {"op": "add", "path": "/properties/floor", "value": 2}])
    same(service.things().find(thing.id).properties, {"floor": 2}, "a patched thing")
    read.result = 99
    service.update(read)
    same(service.observations().find(read.id).result, 99, "a changed observation")

    # Delete.
    service.delete(read)
    gone("an observation", lambda: service.observations().find(read.id))
    service.delete(thing)
    gone("a thing", lambda: service.things().find(thing.id))
    gone("its datastream", lambda: service.datastreams().find(stream.id))
    service.delete(service.things().find(other.id))
    same(list(service.things().query().filter("startswith(name,'frost')").list()), [], "things at the end")


if __name__ == "__main__":
    main(*sys.argv[1:])
