<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.34.4-Prizren" styleCategories="Symbology" labelsEnabled="0">
  <renderer-v2 type="RuleRenderer" symbollevels="0">
    <rules key="{r}">
      <rule key="{1}" label="Quốc lộ" symbol="0" filter=" &quot;cap duong&quot; = 'QL'"/>
      <rule key="{2}" label="2" symbol="1" filter="&quot;cap duong&quot; = 2"/>
      <rule key="{3}" label="Tắt" symbol="1" filter="&quot;cap duong&quot; = 3" checkstate="0"/>
      <rule key="{4}" label="Khác" symbol="2" filter="ELSE"/>
    </rules>
    <symbols>
      <symbol name="0" type="line" alpha="1"><layer class="SimpleLine" enabled="1"><Option type="Map"><Option name="line_color" type="QString" value="208,64,64,255"/><Option name="line_width" type="QString" value="0.8"/><Option name="line_width_unit" type="QString" value="MM"/></Option></layer></symbol>
      <symbol name="1" type="line" alpha="1"><layer class="SimpleLine" enabled="1"><Option type="Map"><Option name="line_color" type="QString" value="64,208,64,255"/><Option name="line_width" type="QString" value="0.5"/><Option name="line_width_unit" type="QString" value="MM"/></Option></layer></symbol>
      <symbol name="2" type="line" alpha="1"><layer class="SimpleLine" enabled="1"><Option type="Map"><Option name="line_color" type="QString" value="153,153,153,255"/><Option name="line_width" type="QString" value="1"/><Option name="line_width_unit" type="QString" value="Pixel"/></Option></layer></symbol>
    </symbols>
  </renderer-v2>
</qgis>
