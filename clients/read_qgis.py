"""read_qgis.py LANDING COLLECTION: has QGIS read a layer and prints the number of every feature."""

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import QgsApplication, QgsFeatureRequest, QgsVectorLayer

landing, collection = sys.argv[1], sys.argv[2]
application = QgsApplication([], False)
application.initQgis()
try:
    layer = QgsVectorLayer(f"url='{landing}' typename='{collection}'", collection, "OAPIF")
    if not layer.isValid():
        sys.exit(f"QGIS does not take {landing}: {layer.error().summary()}")
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.NoGeometry)
    for feature in layer.getFeatures(request):
        print(feature["number"])
    del layer
finally:
    application.exitQgis()
