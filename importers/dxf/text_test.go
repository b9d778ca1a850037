package dxf_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTexts demands the text of entities as people read it.
func TestTexts(t *testing.T) {
	t.Parallel()
	styles := "0 TABLE|2 STYLE|0 STYLE|2 ABC|3 vntime.shx|1001 ACAD|1000 .VnTime|0 STYLE|2 ABCH|3 VNTIMEH.TTF|0 STYLE|2 VNI|3 x.ttf|1001 ACAD|1000 VNI-Times|0 ENDTAB"
	const ansi, utf = "9 $ACADVER|1 AC1015|9 $DWGCODEPAGE|3 ANSI_1258", "9 $ACADVER|1 AC1021|9 $DWGCODEPAGE|3 ANSI_1252"
	for _, tc := range []struct{ name, header, entity, want string }{
		{"signs", ansi, "0 TEXT|1 %%c20 %%p5 90%%d %%uabc%%U %%% %%065", "Ø20 ±5 90° abc % A"},
		{"carets", ansi, "0 TEXT|1 a^Ib^ c", "a\tb^c"},
		{"unicode escapes", ansi, `0 TEXT|1 \U+0110\U+01B0\U+1EDDng`, "Đường"},
		{"decomposed letters become one", ansi, `0 TEXT|1 a\U+0301`, "á"},
		{"multibyte escape", ansi, `0 TEXT|1 \M+18140x`, "\u3000x"},
		{"code page 1258", ansi, "0 TEXT|1 \xd0\xfd\xf5\xccng ph\xf4\xec quy hoa\xf2ch s\xfd\xd2 du\xf2ng \xf0\xe2\xect", "Đường phố quy hoạch sử dụng đất"},
		{"TCVN3 by its font", ansi, "0 TEXT|7 ABC|1 \xae\xca\xea \xae\xb5 \xa7A", "đấờ đà ĐA"},
		{"TCVN3 in capitals by its font", ansi, "0 TEXT|7 ABCH|1 \xae\xb8t", "ĐÁT"},
		{"VNI by its font", ansi, "0 TEXT|7 VNI|1 \xf1a\xe1t \xf4\xfb", "đất ở"},
		{"UTF-8", utf, "0 TEXT|1 Đường phố", "Đường phố"},
		{"TCVN3 letters in a Unicode drawing", utf, "0 TEXT|7 ABC|1 ®Êt", "đất"},
		{"right letters in a style of that font", utf, "0 TEXT|7 ABC|1 đất ở", "đất ở"},
		{"paragraphs and groups", utf, `0 MTEXT|1 {\H2.5x;\C1;Một} hai\Pba\~bốn \\ \{x\}`, "Một hai\nba\u00a0bốn \\ {x}"},
		{"fraction", utf, `0 MTEXT|1 \S1/2; \Sa^b; \Sx^ ; \A1;z`, "1/2 a/b x z"},
		{"pieces", utf, "0 MTEXT|3 abc|3 def|1 ghi", "abcdefghi"},
		{"fonts within a text", ansi, "0 MTEXT|1 {\\f.VnTime;\xae\xcat} \\U+1EDF {\\fVNI-Times;\xf1o\xe2}", "đất ở đô"},
		{"unclosed codes", utf, `0 MTEXT|1 {{\fArial`, ""},
		{"attribute", utf, "0 ATTDEF|2 TAG|1 giá trị", "giá trị"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want := tc.want
			if want == "" {
				want = "-"
			}
			entity := strings.Replace(tc.entity, "|", "|10 1|20 2|", 1)
			got := column(t, openWhole(t, inSections(tc.header, styles, "", entity)), "text")
			if diff := cmp.Diff([]string{want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFields checks what stands beside the geometry.
func TestFields(t *testing.T) {
	t.Parallel()
	tables := "0 TABLE|2 LAYER|0 LAYER|2 TD|62 -3|6 CENTER|70 0|0 LAYER|2 CGDD|62 7|420 16711680|6 Continuous|70 1|0 ENDTAB"
	blocks := "0 BLOCK|2 COT|10 0|20 0|0 CIRCLE|8 0|62 0|10 0|20 0|40 1|0 TEXT|8 0|62 0|10 2|20 0|40 1|1 trụ|0 TEXT|8 CHU|10 2|20 0|40 1|60 1|1 ẩn|0 ENDBLK"
	entities := "0 LINE|5 A1|8 td|10 0|20 0|11 1|21 1|39 2.5" +
		"|0 POINT|5 A2|8 CGDD|10 1|20 1|62 1|6 DASHED" +
		"|0 INSERT|5 A3|8 TD|62 5|2 COT|66 1|10 5|20 5|50 90|0 ATTRIB|8 TD|10 5|20 5|40 1|2 SO|1 12|70 1|0 ATTRIB|8 TD|10 5|20 5|40 1|2 TEN|1 Cột|0 SEQEND" +
		"|0 POINT|5 A4|67 1|8 TD|10 100|20 100"
	b := inSections("9 $ACADVER|1 AC1021", tables, blocks, entities)
	layers, err := layersOf(t, b)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(layers), "TD false, CGDD false, CHU false, paper space false, entities true"; got != want {
		t.Errorf("layers %s, want %s", got, want)
	}
	src := openWhole(t, b)
	for _, tc := range []struct{ field, want string }{
		{"layer", "td CGDD TD CHU TD TD TD TD"},
		{"type", "LINE POINT TEXT TEXT INSERT ATTRIB ATTRIB POINT"},
		{"color", "#00ff00 #ff0000 #0000ff #000000 #0000ff #00ff00 #00ff00 #00ff00"},
		{"aci", "3 1 5 7 5 3 3 3"},
		{"linetype", "CENTER DASHED CENTER - CENTER CENTER CENTER CENTER"},
		{"handle", "A1 A2 A3 A3 A3 - - A4"},
		{"text", "- - trụ ẩn - 12 Cột -"},
		{"rotation", "- - 90 90 90 0 0 -"},
		{"block", "- - COT COT COT COT COT -"},
		{"thickness", "2.5 - - - - - - -"},
		{"hidden", "true true true true true true true true"},
		{"paper_space", "false false false false false false false true"},
		{"SO", "- - 12 12 12 12 12 -"},
		{"TEN", "- - Cột Cột Cột Cột Cột -"},
	} {
		if got := strings.Join(column(t, src, tc.field), " "); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.field, got, tc.want)
		}
	}
	if got := len(column(t, openNamed(t, b, "TD"), "type")); got != 5 {
		t.Errorf("layer TD has %d features", got)
	}
}

// TestExtendedData: data of other applications is one value.
func TestExtendedData(t *testing.T) {
	t.Parallel()
	b := inSections("9 $ACADVER|1 AC1021", "", "", "0 POINT|10 1|20 2|1001 APP|1000 số|1040 1.5|1070 7|1010 1|1020 2|1030 3|1001 LEER|0 POINT|10 1|20 2")
	if diff := cmp.Diff([]string{`{"APP":["số",1.5,7,[1,2,3]],"LEER":[]}`, "-"}, column(t, openWhole(t, b), "xdata")); diff != "" {
		t.Error(diff)
	}
}
