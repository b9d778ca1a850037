"""read_qgis.py ADDRESS TYPE OAPIF|WFS: has QGIS read a layer and prints the number of every feature."""

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import QgsApplication, QgsFeatureRequest, QgsVectorLayer

address, name, provider = sys.argv[1:4]
application = QgsApplication([], False)
application.initQgis()
try:
    uri = f"url='{address}' typename='{name}'"
    if provider == "WFS":
        uri += " version='2.0.0' srsname='EPSG:4326'"
    layer = QgsVectorLayer(uri, name, provider)
    if not layer.isValid():
        sys.exit(f"QGIS does not take {address}: {layer.error().summary()}")
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.NoGeometry)
    for feature in layer.getFeatures(request):
        print(feature["number"])
    if faults := layer.dataProvider().errors():
        sys.exit("\n".join(faults))
    del layer
finally:
    application.exitQgis()
