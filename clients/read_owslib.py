"""read_owslib.py LANDING COLLECTION SIZE: prints the id of every feature, page by page, by offset."""

import sys

from owslib.ogcapi.features import Features

landing, collection, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
service = Features(landing)
if collection not in service.feature_collections():
    sys.exit(f"{collection} is not among {service.feature_collections()}")
offset = 0
while True:
    features = service.collection_items(collection, limit=size, offset=offset)["features"]
    if not features:
        break
    offset += len(features)
    print(*(f["id"] for f in features), sep="\n")
