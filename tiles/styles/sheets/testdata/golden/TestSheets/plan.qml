<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology|Labeling|Rendering" labelsEnabled="1" hasScaleBasedVisibilityFlag="1" minScale="136494.6934" maxScale="0">
 <renderer-v2 type="categorizedSymbol" attr="land_use" forceraster="0" symbollevels="0" enableorderby="0">
  <categories>
   <category value="ODT" symbol="0" label="Đất ở tại đô thị" render="true" type="string"/>
   <category value="O&#39;X &amp; &lt;Y&gt;" symbol="1" label="Dấu &#34;lạ&#34;" render="true" type="string"/>
   <category value="" symbol="2" label="Khác" render="true" type="NULL"/>
  </categories>
  <symbols>
   <symbol name="0" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
    <layer class="SimpleFill" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option name="color" type="QString" value="255,160,255,140"/>
      <Option name="style" type="QString" value="solid"/>
      <Option name="outline_color" type="QString" value="173,108,173,230"/>
      <Option name="outline_style" type="QString" value="solid"/>
      <Option name="outline_width" type="QString" value="1"/>
      <Option name="outline_width_unit" type="QString" value="Pixel"/>
      <Option name="joinstyle" type="QString" value="round"/>
     </Option>
     <prop k="color" v="255,160,255,140"/>
     <prop k="style" v="solid"/>
     <prop k="outline_color" v="173,108,173,230"/>
     <prop k="outline_style" v="solid"/>
     <prop k="outline_width" v="1"/>
     <prop k="outline_width_unit" v="Pixel"/>
     <prop k="joinstyle" v="round"/>
    </layer>
   </symbol>
   <symbol name="1" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
    <layer class="SimpleFill" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option name="color" type="QString" value="255,170,50,140"/>
      <Option name="style" type="QString" value="solid"/>
      <Option name="outline_color" type="QString" value="173,115,34,230"/>
      <Option name="outline_style" type="QString" value="solid"/>
      <Option name="outline_width" type="QString" value="1"/>
      <Option name="outline_width_unit" type="QString" value="Pixel"/>
      <Option name="joinstyle" type="QString" value="round"/>
     </Option>
     <prop k="color" v="255,170,50,140"/>
     <prop k="style" v="solid"/>
     <prop k="outline_color" v="173,115,34,230"/>
     <prop k="outline_style" v="solid"/>
     <prop k="outline_width" v="1"/>
     <prop k="outline_width_unit" v="Pixel"/>
     <prop k="joinstyle" v="round"/>
    </layer>
   </symbol>
   <symbol name="2" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
    <layer class="SimpleFill" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option name="color" type="QString" value="107,127,184,140"/>
      <Option name="style" type="QString" value="solid"/>
      <Option name="outline_color" type="QString" value="72,86,125,230"/>
      <Option name="outline_style" type="QString" value="solid"/>
      <Option name="outline_width" type="QString" value="1"/>
      <Option name="outline_width_unit" type="QString" value="Pixel"/>
      <Option name="joinstyle" type="QString" value="round"/>
     </Option>
     <prop k="color" v="107,127,184,140"/>
     <prop k="style" v="solid"/>
     <prop k="outline_color" v="72,86,125,230"/>
     <prop k="outline_style" v="solid"/>
     <prop k="outline_width" v="1"/>
     <prop k="outline_width_unit" v="Pixel"/>
     <prop k="joinstyle" v="round"/>
    </layer>
   </symbol>
  </symbols>
 </renderer-v2>
 <labeling type="simple">
  <settings calloutType="simple">
   <text-style fieldName="land_use" isExpression="0" fontFamily="Liberation Sans" namedStyle="Regular" fontSize="12" fontSizeUnit="Pixel" textColor="46,54,64,255" textOpacity="1">
    <text-buffer bufferDraw="1" bufferSize="1.4" bufferSizeUnits="Pixel" bufferColor="255,255,255,230" bufferOpacity="0.9"/>
   </text-style>
   <placement placement="1" dist="2" distUnits="Pixel"/>
   <rendering drawLabels="1" scaleVisibility="1" scaleMax="0" scaleMin="8530.9183"/>
  </settings>
 </labeling>
 <layerGeometryType>2</layerGeometryType>
</qgis>
