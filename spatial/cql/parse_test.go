package cql_test

import (
	"strings"
	"testing"

	"gisd/spatial"
	"gisd/spatial/cql"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"precedence", "a=1 or b=2 and not c=3", "a=1 OR b=2 AND NOT c=3"},
		{"parentheses that matter", "(a=1 or b=2) and c=3", "(a=1 OR b=2) AND c=3"},
		{"parentheses that do not", "((a=1))", "a=1"},
		{"arithmetic", "a-(b-c)*2 > -d", "a-(b-c)*2>-1*d"},
		{"powers", "(-2)^2=4", "(-2)^2=4"},
		{"integer division", "pop div 10 <> 3 % 2", "pop div 10<>3%2"},
		{"negations", "a not like 'x%' and b is not null and c not between 1 and 2 and d not in (1,2)",
			"a NOT LIKE 'x%' AND b IS NOT NULL AND c NOT BETWEEN 1 AND 2 AND d NOT IN (1,2)"},
		{"quotes", `name='it''s' or name='it\'s'`, "name='it''s' OR name='it''s'"},
		{"names", `"số thửa"=1 and đường='QL13' and "and"=2`, `"số thửa"=1 AND đường='QL13' AND "and"=2`},
		{"a property called date", `date>DATE('2024-07-02')`, `date>DATE('2024-07-02')`},
		{"intervals", "t_during(interval(start,end),INTERVAL('2024-01-01','..'))", "T_DURING(INTERVAL(start,end),INTERVAL('2024-01-01','..'))"},
		{"a moment elsewhere is one in UTC", "t=TIMESTAMP('2024-07-02T08:30:00.5+07:00')", "t=TIMESTAMP('2024-07-02T01:30:00.5Z')"},
		{"boxes", "S_INTERSECTS(geom,BBOX(106.5,11,106.7,11.2))", "S_INTERSECTS(geom,BBOX(106.5,11,106.7,11.2))"},
		{"heights", "s_within(geom,POLYGON Z((0 0 1,1 0 1,1 1 1,0 0 1)))", "S_WITHIN(geom,POLYGON Z ((0 0 1,1 0 1,1 1 1,0 0 1)))"},
		{"multipoint without inner parentheses", "s_equals(g,MULTIPOINT(1 2,3 4))", "S_EQUALS(g,MULTIPOINT((1 2),(3 4)))"},
		{"arrays", "a_contains(layers,('x')) and A_EQUALS(b,())", "A_CONTAINS(layers,('x')) AND A_EQUALS(b,())"},
		{"functions", "avg(a,b)>2 and f()", "avg(a,b)>2 AND f()"},
		{"case and accents", "casei(accenti(name)) like casei('Đ%')", "CASEI(ACCENTI(name)) LIKE CASEI('Đ%')"},
		{"numbers", "a in (1,.5,1e3,-2.50,9223372036854775807)", "a IN (1,0.5,1000.0,-2.5,9223372036854775807)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n, err := cql.ParseText(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := n.String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			stable(t, n)
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, wants string }{
		{"nothing", "", "at character 1: the text ends"},
		{"an open text", "a='x", "no closing quote"},
		{"an open parenthesis", "(a=1", "where ) is expected"},
		{"two values", "a=1 2", "found 2 where the end"},
		{"a keyword", "and=1", "found and"},
		{"not alone", "a not 3", "LIKE, BETWEEN or IN"},
		{"no date", "a=DATE('2024-13-01')", "is not a date"},
		{"an interval on its head", "t_after(a,INTERVAL('2024-02-01','2024-01-01'))", "ends before it begins"},
		{"an open ring", "s_within(g,POLYGON((0 0,1 0,1 1,0 1)))", "ends where it begins"},
		{"a line of one point", "s_within(g,LINESTRING(0 0))", "two positions"},
		{"a box on its head", "s_within(g,BBOX(0,2,1,1))", "the box ends before it begins"},
		{"mixed heights", "s_within(g,MULTIPOINT((0 0),(1 1 1)))", "some have none"},
		{"three arguments", "s_within(a,b,c)", "3 arguments, not 2"},
		{"depth", strings.Repeat("(", 200) + "a=1" + strings.Repeat(")", 200), "nested deeper"},
		{"many parts", "a in (" + strings.Repeat("1,", 6000) + "1)", "more than 5000 parts"},
		{"length", "a='" + strings.Repeat("x", 70<<10) + "'", "longer than"},
		{"a number beyond all", "a=1e999", "out of range"},
		{"JSON: unknown object", `{"x":1}`, "an object is known by"},
		{"JSON: null", `{"op":"=","args":[{"property":"a"},null]}`, "isNull tells"},
		{"JSON: arguments", `{"op":"not","args":[]}`, "does not fit"},
		{"JSON: a cut", `{"op":"="`, "not JSON"},
		{"JSON: coordinates", `{"op":"s_within","args":[{"property":"g"},{"type":"Point","coordinates":["a",1]}]}`, "two or three numbers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := cql.Parse(test.text)
			if spatial.CodeOf(err) != spatial.CodeInvalid {
				t.Fatalf("error %v", err)
			}
			if !strings.Contains(err.Error(), test.wants) {
				t.Errorf("no %q in %v", test.wants, err)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"a=1", "not (a like 'x%' or b is null)", "-a^2>3 div 4", "s_intersects(g,POINT Z(1 2 3))",
		"t_after(t,INTERVAL('..','2024-01-01'))", "a_overlaps(a,(1,'x',(2)))", `"q""q"='it''s'`, "S_WITHIN(g,GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1)))"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := cql.ParseText(text)
		if err != nil || strings.Contains(text, `\`) {
			return // a text that ends in a backslash cannot be spelt
		}
		again, err := cql.ParseText(n.String())
		if err != nil {
			t.Fatalf("%q: %v", n, err)
		}
		if n.String() != again.String() {
			t.Fatalf("%q, then %q", n, again)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"op":"=","args":[{"property":"a"},1]}`, `{"op":"s_within","args":[{"property":"g"},{"bbox":[1,2,3,4]}]}`,
		`{"op":"t_after","args":[{"interval":["..","2024-01-01"]},{"date":"2024-01-01"}]}`, `true`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := cql.ParseJSON([]byte(text))
		if err != nil {
			return
		}
		encoded := cql.AppendJSON(nil, n)
		again, err := cql.ParseJSON(encoded)
		if err != nil {
			t.Fatalf("%s: %v", encoded, err)
		}
		if n.String() != again.String() {
			t.Fatalf("%s, then %s", n, again)
		}
	})
}
