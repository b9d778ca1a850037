<?xml version="1.0" encoding="UTF-8"?>
<sld:StyledLayerDescriptor version="1.0.0" xmlns:sld="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc">
  <sld:NamedLayer><sld:Name>roads</sld:Name><sld:UserStyle><sld:Title>Roads</sld:Title>
    <sld:FeatureTypeStyle>
      <sld:Rule><sld:Name>highway</sld:Name><sld:Title>Highway</sld:Title>
        <ogc:Filter><ogc:Or>
          <ogc:PropertyIsEqualTo><ogc:PropertyName>type</ogc:PropertyName><ogc:Literal>highway</ogc:Literal></ogc:PropertyIsEqualTo>
          <ogc:PropertyIsEqualTo><ogc:PropertyName>type</ogc:PropertyName><ogc:Literal>trunk</ogc:Literal></ogc:PropertyIsEqualTo>
        </ogc:Or></ogc:Filter>
        <sld:LineSymbolizer><sld:Stroke><sld:CssParameter name="stroke">#333333</sld:CssParameter><sld:CssParameter name="stroke-width">5</sld:CssParameter></sld:Stroke></sld:LineSymbolizer>
        <sld:LineSymbolizer><sld:Stroke><sld:CssParameter name="stroke"><ogc:Literal>#FF8800</ogc:Literal></sld:CssParameter><sld:CssParameter name="stroke-width">2</sld:CssParameter></sld:Stroke></sld:LineSymbolizer>
        <sld:TextSymbolizer><sld:Label><ogc:Function name="strToUpperCase"><ogc:PropertyName>name</ogc:PropertyName></ogc:Function></sld:Label></sld:TextSymbolizer>
      </sld:Rule>
    </sld:FeatureTypeStyle>
  </sld:UserStyle></sld:NamedLayer>
</sld:StyledLayerDescriptor>
