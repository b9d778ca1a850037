package arcgis_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// rows are all columns of an answer, one row after the other.
func (a answer) rows() string {
	var rows []string
	for _, f := range a.Features {
		var values []string
		for _, field := range a.Fields {
			values = append(values, fmt.Sprint(f.Attributes[field.Name]))
		}
		rows = append(rows, strings.Join(values, " "))
	}
	return strings.Join(rows, ", ")
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const all = `[{"statisticType":"COUNT","onStatisticField":"objectid","outStatisticFieldName":"n"},{"statisticType":"sum","onStatisticField":"count","outStatisticFieldName":"total"},` +
		`{"statisticType":"min","onStatisticField":"COUNT"},{"statisticType":"max","onStatisticField":"name","outStatisticFieldName":"last"},{"statisticType":"avg","onStatisticField":"area","outStatisticFieldName":"mean"}]`
	for _, tt := range []struct {
		name, want string
		pairs      []string
	}{
		{"of all", "26 300 0 Không đâu 0.5", []string{"outStatistics", all}},
		{"by group", "Chợ 13 156 0 Chợ 0.5, Cầu 50% 12 144 1 Cầu 50% 0.5, Không đâu 1 <nil> <nil> Không đâu <nil>", []string{"outStatistics", all, "groupByFieldsForStatistics", "name"}},
		{"of what matches", "Chợ 2 2", []string{"outStatistics", `[{"statisticType":"count","onStatisticField":"count","outStatisticFieldName":"n"},{"statisticType":"sum","onStatisticField":"count","outStatisticFieldName":"total"}]`,
			"groupByFieldsForStatistics", "name", "where", "count < 3 AND name = 'Chợ'"}},
		{"of groups that have", "Chợ 13 156 0 Chợ 0.5", []string{"outStatistics", all, "groupByFieldsForStatistics", "name", "having", "COUNT(objectid) > 1 AND sum(\"count\") > 150"}},
		{"of groups by name", "Không đâu 1 <nil> <nil> Không đâu <nil>, Cầu 50% 12 144 1 Cầu 50% 0.5", []string{"outStatistics", all, "groupByFieldsForStatistics", "name",
			"having", "total IS NULL OR name LIKE 'Cầu%' AND max(name) = 'Cầu 50%'", "orderByFields", "name DESC"}},
		{"of no group", "", []string{"outStatistics", all, "having", "n > 26"}},
		{"in an order", "Cầu 50% 23, Chợ 24", []string{"outStatistics", `[{"statisticType":"max","onStatisticField":"count","outStatisticFieldName":"most"}]`,
			"groupByFieldsForStatistics", "name", "where", "count >= 0", "orderByFields", "most ASC"}},
		{"of nothing", "0", []string{"outStatistics", `[{"statisticType":"count","onStatisticField":"count","outStatisticFieldName":"n"}]`, "where", "1=0"}},
		{"spread", "2.5 1.5811388300841898", []string{"outStatistics", `[{"statisticType":"var","onStatisticField":"count","outStatisticFieldName":"v"},{"statisticType":"stddev","onStatisticField":"count","outStatisticFieldName":"d"}]`, "where", "count < 5"}},
		{"the last day", "1.76904e+12", []string{"outStatistics", `[{"statisticType":"max","onStatisticField":"built","outStatisticFieldName":"day"}]`, "where", "count < 22"}},
		{"distinct", "Chợ 0, Chợ 1, Cầu 50% 0", []string{"returnDistinctValues", "true", "outFields", "name,open", "returnGeometry", "false", "where", "count < 4 OR count = 10 OR count = 7", "orderByFields", "name ASC"}},
	} {
		a := s.ask("shops", tt.pairs...)
		if got := a.rows(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	first := s.ask("shops", "returnDistinctValues", "true", "outFields", "count", "resultRecordCount", "3", "resultOffset", "2")
	if got := first.rows(); got != "2, 3, 4" || !first.More {
		t.Errorf("a page: %s, more %v", got, first.More)
	}
	rec := s.get("/shops/FeatureServer/0/query", url.Values{"f": {"geojson"}, "returnDistinctValues": {"true"}, "outFields": {"name"}, "where": {"count=1"}})
	if got := rec.Body.String(); got != `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"name":"Cầu 50%"}}]}` {
		t.Errorf("GeoJSON: %s", got)
	}
}

func TestStatisticsAtFault(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		want  string
		query url.Values
	}{
		{"is a list of statistics", url.Values{"outStatistics": {"{"}}},
		{"is a list of statistics", url.Values{"outStatistics": {"[]"}}},
		{`there is no field \"x\"`, url.Values{"outStatistics": {`[{"statisticType":"sum","onStatisticField":"x"}]`}}},
		{`there is no statistic \"sum\" of the field \"name\"`, url.Values{"outStatistics": {`[{"statisticType":"sum","onStatisticField":"name"}]`}}},
		{`there is no statistic \"max\" of the field \"objectid\"`, url.Values{"outStatistics": {`[{"statisticType":"max","onStatisticField":"objectid"}]`}}},
		{`there is no statistic \"median\"`, url.Values{"outStatistics": {`[{"statisticType":"median","onStatisticField":"count"}]`}}},
		{`there is no field \"info\"`, url.Values{"returnDistinctValues": {"true"}, "outFields": {"info"}}},
		{"names what is to be distinct", url.Values{"returnDistinctValues": {"true"}}},
		{"is not given together", url.Values{"returnDistinctValues": {"true"}, "outFields": {"name"}, "returnCountOnly": {"true"}}},
		{`there is no field \"count\"`, url.Values{"returnDistinctValues": {"true"}, "outFields": {"name"}, "orderByFields": {"count"}}},
		{"is of outStatistics", url.Values{"having": {"COUNT(name) > 1"}}},
		{`outStatistics has no \"AVG(count)\"`, url.Values{"outStatistics": {`[{"statisticType":"sum","onStatisticField":"count"}]`}, "having": {"AVG(count) > 1"}}},
		{`there is no field \"total\"`, url.Values{"outStatistics": {`[{"statisticType":"sum","onStatisticField":"count"}]`}, "having": {"total > 1"}}},
		{"is of outStatistics", url.Values{"groupByFieldsForStatistics": {"name"}}},
	} {
		rec := s.get("/shops/FeatureServer/0/query", tt.query)
		if rec.Code != 400 || !strings.Contains(rec.Body.String(), tt.want) {
			t.Errorf("%v: %d %s, want %s", tt.query, rec.Code, rec.Body, tt.want)
		}
	}
}
