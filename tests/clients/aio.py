"""aio-sensorthings, unmodified, between two SensorThings services: aio.py URL KEYFILE URL KEYFILE, where a URL ends above
v1.1 and a key file holds the operator's key.

Its client makes, deep-inserts, queries, expands and changes in the first; its syncer copies all that one observed property
leads to into the second. It has no call that deletes: its own session does that at the end.

What does not work, and is not tried: its typed Observation takes whole numbers as ids alone, and ours are texts, as the
standard allows; so observations are looked at as the JSON that its client gives, and its target cannot write them.
"""

import asyncio
import sys

from aio_sensorthings import (
    EntitySyncer,
    IdentityTransformer,
    STAClient,
    STAEntityType,
    STAHttpSource,
    STAHttpTarget,
)
from aio_sensorthings.adapters.auth.basic import BasicAuthProvider
from aio_sensorthings.adapters.state.memory_store import InMemoryStateStore
from aio_sensorthings.models import entities

STATIONS = 12


def same(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: {found!r}, expected {expected!r}")


def place(number):
    return {
        "name": f"place {number}",
        "description": "a place",
        "encodingType": "application/geo+json",
        "location": {"type": "Point", "coordinates": [114 + number / 100, 22.3]},
    }


def station(number, observed_property):
    return {
        "name": f"aio's {number}",
        "description": "a station",
        "properties": {"number": number},
        "Locations": [place(number)],
        "Datastreams": [
            {
                "name": f"air {number}",
                "description": "a series",
                "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
                "unitOfMeasurement": {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"},
                "Sensor": {
                    "name": f"sensor {number}",
                    "description": "an instrument",
                    "encodingType": "text/html",
                    "metadata": "http://a.test/sheet",
                },
                "ObservedProperty": {"@iot.id": observed_property},
                "Observations": [{"phenomenonTime": "2026-01-01T00:00:00Z", "result": number}],
            }
        ],
    }


async def fill(client):
    """Makes the stations; answers the id of what they observe."""
    observed_property, _ = await client.post(
        "ObservedProperties",
        {"name": "temperature", "description": "how warm it is", "definition": "http://a.test/temperature"},
    )
    for number in range(STATIONS):
        # It takes the id from the Location, and reads no body whose length is not said, as of one that is compressed.
        made, _ = await client.post("Things", station(number, observed_property))
        same((await client.get(f"Things({made})"))["name"], f"aio's {number}", "what was made")
    return observed_property


async def ask(client, observed_property):
    target = STAHttpTarget(client)
    thing = await target.get_entity_by_name(STAEntityType.THING, "aio's 3")
    same(entities.Thing(**thing).properties, {"number": 3}, "a thing by its name")
    source = STAHttpSource(client)
    streams = await source.get_entities(
        STAEntityType.DATASTREAM,
        nav_path=f"ObservedProperties({observed_property})/Datastreams",
        expand="Thing($expand=Locations),Sensor,ObservedProperty,Observations",
        filter_="Thing/properties/number ge 2",
        top=3,
    )
    observations = [stream.pop("Observations") for stream in streams]
    read = [entities.Datastream(**stream) for stream in streams]
    same([stream.name for stream in read], [f"air {number}" for number in range(2, STATIONS)], "datastreams")
    same(read[1].thing.locations[0].location["coordinates"], [114.03, 22.3], "an expanded place")
    same(observations[1][0]["result"], 3, "an expanded observation")
    same((read[1].sensor.name, read[1].observed_property.name), ("sensor 3", "temperature"), "what a datastream needs")
    stream = streams[1]["@iot.id"]
    await client.post(f"Datastreams({stream})/Observations", {"phenomenonTime": "2026-01-01T00:01:00Z", "result": 99})
    newest = await client.get(
        f"Datastreams({stream})/Observations", params={"$orderby": "phenomenonTime desc", "$top": 1, "$count": "true"}
    )
    same((newest["value"][0]["result"], newest["@iot.count"]), (99, 2), "the newest observation")
    changed = await target.update_entity(STAEntityType.THING, thing["@iot.id"], {"description": "changed"})
    same(changed, True, "a change")
    again = await source.get_entity(STAEntityType.THING, thing["@iot.id"], expand="Datastreams")
    same((again["description"], again["Datastreams"][0]["name"]), ("changed", "air 3"), "what was changed")
    gone = await target.update_entity(STAEntityType.THING, 999_999_999, {"description": "none"})
    same(gone, False, "a change of nothing")


async def copy(client, other, observed_property):
    def syncer(state):
        return EntitySyncer(
            source=STAHttpSource(client),
            target=STAHttpTarget(other),
            state=state,
            transformer=IdentityTransformer(),
            entity_types=[
                STAEntityType.LOCATION,
                STAEntityType.THING,
                STAEntityType.SENSOR,
                STAEntityType.OBSERVED_PROPERTY,
                STAEntityType.DATASTREAM,
            ],
            sync_by="name",
        )

    # The second time all is there, and nothing is made again.
    for _ in range(2):
        path = f"ObservedProperties({observed_property})/Datastreams"
        await syncer(InMemoryStateStore()).bootstrap(entry_point=STAEntityType.DATASTREAM, nav_path=path)
    params = {"$expand": "Thing/Locations,Sensor,ObservedProperty", "$filter": "ObservedProperty/name eq 'temperature'"}
    copied = await other.get_all("Datastreams", params={**params, "$orderby": "@iot.id asc"})
    found = sorted((s["name"], s["Thing"]["name"], s["Thing"]["Locations"][0]["name"], s["Sensor"]["name"]) for s in copied)
    expected = sorted((f"air {n}", f"aio's {n}", f"place {n}", f"sensor {n}") for n in range(STATIONS))
    same(found, expected, "what was copied")


async def empty(client):
    things = await client.get_all("Things", params={"$filter": "startswith(name,'aio''s ')", "$select": "id"})
    for thing in things:
        async with client._session.delete(client._url(f"Things({thing['@iot.id']})")) as answer:
            same(answer.status, 200, "a deletion")
    same(await client.get_all("Datastreams", params={"$filter": "startswith(name,'air ')"}), [], "datastreams at the end")


async def main(url, key_file, other_url, other_key_file):
    async with (
        STAClient(url, auth_provider=BasicAuthProvider("operator", key_file)) as client,
        STAClient(other_url, auth_provider=BasicAuthProvider("operator", other_key_file)) as other,
    ):
        observed_property = await fill(client)
        await ask(client, observed_property)
        await copy(client, other, observed_property)
        await empty(client)
        await empty(other)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
