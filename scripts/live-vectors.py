#!/usr/bin/env python3
"""Writes test data by decoders that share no code with gisd's.

    python3 -m venv env && env/bin/pip install pyais==3.3.1 gtfs-realtime-bindings==3.0.0
    env/bin/python scripts/live-vectors.py

spatial/live/ais/testdata/vectors.jsonl: sentences of random messages as pyais
encodes them, and what pyais decodes of them.
spatial/live/gtfsrt/testdata/feed.pb and feed.json: a feed as Google's bindings
write it, and its values.
"""
import json
import random
from pathlib import Path

from google.transit import gtfs_realtime_pb2
from pyais import decode
from pyais.encode import encode_dict

LIVE = Path(__file__).parent.parent / "spatial" / "live"
dice = random.Random(1)


def text(length):
    return "".join(dice.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789-/") for _ in range(length)).strip() or "X"


def place():
    return {"lon": round(dice.uniform(-179.9, 179.9), 6), "lat": round(dice.uniform(-89.9, 89.9), 6)}


def message(kind):
    m = {"msg_type": kind, "type": kind, "mmsi": dice.randint(200_000_000, 775_999_999)}
    if kind in (1, 2, 3):
        m |= place() | {"status": dice.randint(0, 15), "turn": 0, "speed": dice.choice([102.3, round(dice.uniform(0, 30), 1)]),
                        "accuracy": dice.randint(0, 1), "course": dice.choice([360.0, round(dice.uniform(0, 359.9), 1)]),
                        "heading": dice.choice([511, dice.randint(0, 359)]), "second": dice.randint(0, 63)}
    elif kind == 5:
        m |= {"imo": dice.randint(1_000_000, 9_999_999), "callsign": text(7), "shipname": text(20), "ship_type": dice.randint(0, 99),
              "to_bow": dice.randint(0, 511), "to_stern": dice.randint(0, 511), "to_port": dice.randint(0, 63),
              "to_starboard": dice.randint(0, 63), "draught": round(dice.uniform(0, 25), 1), "destination": text(20)}
    elif kind == 18:
        m |= place() | {"speed": round(dice.uniform(0, 30), 1), "accuracy": dice.randint(0, 1),
                        "course": round(dice.uniform(0, 359.9), 1), "heading": dice.choice([511, dice.randint(0, 359)]),
                        "second": dice.randint(0, 63)}
    elif kind == 24:
        m["partno"] = dice.randint(0, 1)
        if m["partno"] == 0:
            m["shipname"] = text(20)
        else:
            m |= {"ship_type": dice.randint(0, 99), "callsign": text(7), "to_bow": dice.randint(0, 511),
                  "to_stern": dice.randint(0, 511), "to_port": dice.randint(0, 63), "to_starboard": dice.randint(0, 63)}
    return m


KEPT = ("msg_type", "mmsi", "lon", "lat", "speed", "course", "heading", "second", "accuracy", "status", "shipname", "callsign",
        "destination", "ship_type", "imo", "draught", "to_bow", "to_stern", "to_port", "to_starboard")

# From gpsd's document of the protocol and receivers' logs: not encoded by pyais.
HEARD = [
    ["!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C"],
    ["!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C", "!AIVDM,2,2,1,A,88888888880,2*25"],
    ["!AIVDM,1,1,,A,B52K>;h00Fc>jpUlNV@ikwpUoP06,0*4C"],
    ["!AIVDM,1,1,,A,H42O55i18tMET00000000000000,2*6D"],
]


def write_ais():
    lines = HEARD + [encode_dict(message(kind), radio_channel="A", talker_id="AI", seq_id=i % 10)
                     for i, kind in enumerate([1, 2, 3, 5, 18, 24] * 40)]
    with open(LIVE / "ais/testdata/vectors.jsonl", "w", encoding="utf-8") as out:
        for sentences in lines:
            told = decode(*sentences).asdict()
            want = {k: (int(v) if isinstance(v, bool) or hasattr(v, "value") else v) for k, v in told.items() if k in KEPT}
            out.write(json.dumps({"sentences": sentences, "want": want}, ensure_ascii=False) + "\n")


def write_gtfs():
    feed = gtfs_realtime_pb2.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.timestamp = 1_777_000_000
    want = []
    for i in range(20):
        e = feed.entity.add()
        e.id = f"e{i}"
        if i % 7 == 6:
            e.alert.header_text.translation.add().text = "đường 30 tháng 4"
            continue
        v, row = e.vehicle, {}
        v.vehicle.id = f"61B-{i:03d}.{i:02d}"
        v.position.longitude = row["lon"] = round(dice.uniform(106.3, 106.9), 5)
        v.position.latitude = row["lat"] = round(dice.uniform(10.8, 11.4), 5)
        row["id"] = v.vehicle.id
        if i % 2:
            v.position.speed = dice.uniform(0, 25)
            row["speedKmh"] = v.position.speed * 3.6
            v.position.bearing = row["bearing"] = float(dice.randint(0, 359))
        if i % 3:
            v.timestamp = row["time"] = 1_777_000_000 + i
        if i % 5 == 0:
            v.trip.trip_id = row["tripId"] = f"chuyến {i}"
            v.trip.route_id = row["routeId"] = "61-03"
        want.append(row)
    (LIVE / "gtfsrt/testdata/feed.pb").write_bytes(feed.SerializeToString(deterministic=True))
    (LIVE / "gtfsrt/testdata/feed.json").write_text(json.dumps(want, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


write_ais()
write_gtfs()
