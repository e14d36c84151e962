"""paho-mqtt, unmodified, against a city: paho_mqtt.py HOST PORT KEY DATASTREAM [WEBSOCKET_PORT | CERTIFICATE].

It publishes observations with each version and QoS, subscribes to what is told, and counts what was acknowledged.
"""

import json
import sys
import threading

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PATIENCE = 20


def client(version, key, transport, certificate):
    made = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"paho-{version}-{bool(key)}", protocol=version, transport=transport)
    if key:
        made.username_pw_set("device", key)
    if transport == "websockets":
        made.ws_set_options(path="/mqtt")
    if certificate:
        made.tls_set(ca_certs=certificate)
    made.ready = threading.Event()
    made.subscribed = threading.Event()
    made.got = []
    made.enough = threading.Event()
    made.on_connect = lambda c, u, flags, reason, properties: c.ready.set() if not reason.is_failure else None
    made.on_subscribe = lambda c, u, mid, reasons, properties: c.subscribed.set()
    return made


def run(host, port, key, datastream, version, first, transport="tcp", certificate=None):
    topic = f"v1.1/Datastreams({datastream})/Observations"
    reader = client(version, None, transport, certificate)

    def on_message(c, u, message):
        c.got.append((message.topic, json.loads(message.payload)["result"]))
        if len(c.got) == 30:
            c.enough.set()

    reader.on_message = on_message
    reader.connect(host, port, keepalive=30)
    reader.loop_start()
    if not reader.ready.wait(PATIENCE):
        sys.exit("the reader is not let in")
    reader.subscribe(topic + "?$select=result", qos=1)
    if not reader.subscribed.wait(PATIENCE):
        sys.exit("no SUBACK")
    writer = client(version, key, transport, certificate)
    writer.connect(host, port, keepalive=30)
    writer.loop_start()
    if not writer.ready.wait(PATIENCE):
        sys.exit("the writer is not let in")
    sent = []
    for n in range(first, first + 30):
        minutes, seconds = divmod(n, 60)
        body = json.dumps({"phenomenonTime": f"2026-09-01T00:{minutes:02}:{seconds:02}Z", "result": n})
        properties = None
        if version == paho.MQTTv5:
            properties = Properties(PacketTypes.PUBLISH)
            properties.UserProperty = ("from", "paho")
        sent.append(writer.publish(topic, body, qos=n % 3, properties=properties))
    for message in sent:
        message.wait_for_publish(PATIENCE)
        if not message.is_published():
            sys.exit("a message is not acknowledged")
    if not reader.enough.wait(PATIENCE):
        sys.exit(f"of 30 observations {len(reader.got)} were told: {reader.got}")
    if sorted(result for _, result in reader.got) != list(range(first, first + 30)):
        sys.exit(f"other observations were told: {reader.got}")
    for one in (reader, writer):
        one.disconnect()
        one.loop_stop()


def main(host, port, key, datastream, more=None):
    if more is None:
        run(host, int(port), key, datastream, paho.MQTTv311, 0)
        run(host, int(port), key, datastream, paho.MQTTv5, 30)
    elif more.isdigit():
        run(host, int(more), key, datastream, paho.MQTTv311, 60, "websockets")
        run(host, int(more), key, datastream, paho.MQTTv5, 90, "websockets")
    else:
        run(host, int(port), key, datastream, paho.MQTTv5, 120, certificate=more)


main(*sys.argv[1:])
