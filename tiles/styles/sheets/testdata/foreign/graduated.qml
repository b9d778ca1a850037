<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.34.4-Prizren"><renderer-v2 type="graduatedSymbol" attr="dien_tich" graduatedMethod="GraduatedColor"><ranges><range lower="0" upper="100" symbol="0" label="0 - 100" render="true"/></ranges><symbols/></renderer-v2></qgis>
