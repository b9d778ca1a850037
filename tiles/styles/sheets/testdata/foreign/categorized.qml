<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis hasScaleBasedVisibilityFlag="1" labelsEnabled="1" maxScale="0" minScale="68247.346" styleCategories="LayerConfiguration|Symbology|Labeling|Rendering" version="3.34.4-Prizren">
  <renderer-v2 attr="MA_LOAI" enableorderby="0" forceraster="0" referencescale="-1" symbollevels="0" type="categorizedSymbol">
    <categories>
      <category label="Đất ở đô thị" render="true" symbol="0" type="string" uuid="0" value="ODT"/>
      <category label="LUC" render="true" symbol="1" type="List" uuid="1">
        <val type="string" value="LUC"/>
        <val type="string" value="LUK"/>
      </category>
      <category label="" render="true" symbol="2" type="NULL" uuid="2" value="NULL"/>
    </categories>
    <symbols>
      <symbol alpha="0.8" clip_to_extent="1" force_rhr="0" frame_rate="10" is_animated="0" name="0" type="fill">
        <data_defined_properties><Option type="Map"><Option name="name" type="QString" value=""/><Option name="properties"/><Option name="type" type="QString" value="collection"/></Option></data_defined_properties>
        <layer class="SimpleFill" enabled="1" id="{a}" locked="0" pass="0">
          <Option type="Map">
            <Option name="border_width_map_unit_scale" type="QString" value="3x:0,0,0,0,0,0"/>
            <Option name="color" type="QString" value="255,160,255,255"/>
            <Option name="joinstyle" type="QString" value="bevel"/>
            <Option name="outline_color" type="QString" value="35,35,35,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.26"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="style" type="QString" value="solid"/>
          </Option>
        </layer>
      </symbol>
      <symbol alpha="0.8" name="1" type="fill">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" type="QString" value="255,252,140,255,rgb:1,0.988,0.549,1"/>
            <Option name="outline_color" type="QString" value="35,35,35,255"/>
            <Option name="outline_style" type="QString" value="solid"/>
            <Option name="outline_width" type="QString" value="0.26"/>
            <Option name="outline_width_unit" type="QString" value="MM"/>
            <Option name="style" type="QString" value="b_diagonal"/>
          </Option>
        </layer>
      </symbol>
      <symbol alpha="0.8" name="2" type="fill">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <prop k="color" v="221,221,221,255"/>
          <prop k="outline_color" v="35,35,35,255"/>
          <prop k="outline_style" v="solid"/>
          <prop k="outline_width" v="0.26"/>
          <prop k="outline_width_unit" v="MM"/>
          <prop k="style" v="solid"/>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings calloutType="simple">
      <text-style fieldName="&quot;MA_LOAI&quot;" isExpression="1" fontFamily="Open Sans" fontSize="10" fontSizeUnit="Point" textColor="50,50,50,255" textOpacity="1">
        <text-buffer bufferDraw="1" bufferSize="1" bufferColor="250,250,250,255"/>
      </text-style>
      <rendering drawLabels="1" scaleVisibility="1" scaleMin="10000" scaleMax="1"/>
    </settings>
  </labeling>
  <layerOpacity>1</layerOpacity>
  <layerGeometryType>2</layerGeometryType>
</qgis>
