package encodings_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gisd/importers/encodings"
)

const (
	planning = "đất ở tại đô thị|đất ở tại nông thôn|đất trồng lúa|đất trồng cây lâu năm|đất rừng phòng hộ|đất rừng đặc dụng|" +
		"đất rừng sản xuất|đất nuôi trồng thủy sản|đất khu công nghiệp|đất cụm công nghiệp|đất thương mại, dịch vụ|đất cơ sở sản xuất|" +
		"đất giao thông|đất thủy lợi|đất nghĩa trang, nhà tang lễ|đất quốc phòng|đất an ninh|đất bãi thải, xử lý chất thải|mặt nước chuyên dùng|" +
		"quy hoạch chi tiết tỷ lệ 1/500|quy hoạch phân khu|điều chỉnh cục bộ quy hoạch|chỉ giới đường đỏ|chỉ giới xây dựng|hành lang bảo vệ kênh rạch|" +
		"hệ số sử dụng đất|mật độ xây dựng|tầng cao tối đa|khoảng lùi|ranh giới dự án|giải phóng mặt bằng|bồi thường, tái định cư|" +
		"thửa đất số|tờ bản đồ số|giấy chứng nhận quyền sử dụng đất|chủ đầu tư|đơn vị tư vấn|cơ quan phê duyệt|hiện trạng sử dụng|" +
		"trạm biến áp|đường dây trung thế|tuyến cấp nước|cống thoát nước|hố ga|trạm xử lý nước thải|chiếu sáng công cộng|vỉa hè|dải cây xanh|" +
		"trường mầm non|trường tiểu học|trạm y tế|nhà văn hóa|ủy ban nhân dân xã|chợ|bến xe|nghĩa địa|đình làng|chùa|nhà thờ|khu tưởng niệm|" +
		"bê tông nhựa|cấp phối sỏi đỏ|đường đất|láng nhựa|gạch xây|mái tôn|nhà cấp bốn|biệt thự vườn|chung cư cao tầng|kè bờ sông|cầu vượt|" +
		"đang thi công|chưa triển khai|đã hoàn thành|chậm tiến độ|đề nghị thu hồi|không đủ điều kiện|chờ thẩm định"
	places = "Phú Mỹ|Tân Uyên|Bến Cát|Dầu Tiếng|Bàu Bàng|Hòa Lợi|Thới Hòa|Định Hiệp|Vĩnh Phú|Lái Thiêu|An Thạnh|Bình Chuẩn|Khánh Bình|" +
		"Thạnh Phước|Uyên Hưng|Hội Nghĩa|Tương Bình Hiệp|Chánh Mỹ|Phước Sang|Vĩnh Hòa|Tam Lập|Trừ Văn Thố|Đông Hưng Thuận|Cẩm Giàng|Thường Tín|" +
		"Quế Võ|Yên Phong|Gia Lộc|Kiến Xương|Tiền Hải|Vụ Bản|Nghĩa Hưng|Hoằng Hóa|Nông Cống|Đô Lương|Thạch Hà|Quảng Ninh|Gio Linh|Hải Lăng|" +
		"Phú Lộc|Điện Bàn|Thăng Bình|Núi Thành|Mộ Đức|Hoài Ân|Tuy Phước|Sông Hinh|Vạn Ninh|Ninh Sơn|Hàm Tân|Đắk Mil|Krông Nô|Cư Jút|Chư Sê|" +
		"Mỏ Cày|Giồng Trôm|Cầu Kè|Trà Cú|Vũng Liêm|Lấp Vò|Thoại Sơn|Giồng Riềng|Thốt Nốt|Năm Căn|Ngọc Hiển|Mường Ảng|Sìn Hồ|Bảo Yên|Văn Chấn"
	families = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Mạc Lâm Tạ Quách Tăng Chử Nghiêm Khổng Giáp Lữ Thiều"
	middles  = "Văn Thị Hữu Đức Minh Ngọc Thanh Quang Xuân Công Đình Bá Thế Kim Hồng Mỹ Như Gia Khắc Trọng Duy Tuấn Bích Diễm"
	givens   = "Anh Bình Châu Dũng Đạt Giang Hạnh Hiếu Hùng Khánh Lan Loan Lợi Mai Nam Nghĩa Nhân Oanh Phúc Phượng Quý Sơn Tâm Thảo Thắng Thủy " +
		"Trang Trí Tùng Tuyết Vân Vinh Yến Ánh Út Đào Huệ Lụa Nhàn Thoa Thơm Toản Tươi Ưng Vững Xoan Bưởi Cẩn Chiểu Dậu Diệp Giàu Hậu Khoát Kỷ"
	roads = "Đường số|Quốc lộ|Tỉnh lộ|Hẻm|Đường tránh|Đường Hùng Vương|Đường Lý Thường Kiệt|Cách Mạng Tháng Tám|Phố Huế|Ngõ Chợ|Đại lộ Bình Dương|Đường vành đai"
	plain = "LUC|ODT|CLN|ONT|SKC|UBND|QL13|DT743|Tan Binh|An Phu|Ward 5|12/3A|B-2|Lot 14|N1-D2|Nam|Long|Thanh|KDC|TDC|2024|Block A|P. 7"
)

func lists() map[string][]string {
	words := map[string][]string{"planning": strings.Split(planning, "|"), "places": strings.Split(places, "|"),
		"roads": strings.Split(roads, "|"), "plain": strings.Split(plain, "|")}
	for _, s := range []string{planning, places, roads, families, middles, givens} {
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '|' || r == ',' }) {
			if !isASCII(w) {
				words["words"] = append(words["words"], w)
				if !encodings.Listed(strings.ToLower(w)) {
					words["unlisted"] = append(words["unlisted"], w)
				}
			}
		}
	}
	return words
}

func isASCII(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0 }

// generator makes texts of one style.
type generator struct {
	*rand.Rand
	lists map[string][]string
}

func (g *generator) of(list string) string { return g.pick(g.lists[list]) }

func (g *generator) pick(list []string) string { return list[g.IntN(len(list))] }

func (g *generator) person() string {
	return g.pick(strings.Fields(families)) + " " + g.pick(strings.Fields(middles)) + " " + g.pick(strings.Fields(givens))
}

func (g *generator) text(style string) string {
	switch style {
	case "planning":
		return g.of("planning")
	case "capitals":
		return strings.ToUpper(g.text("all"))
	case "names":
		return g.person()
	case "communes":
		return g.pick([]string{"", "Xã ", "Phường ", "Huyện "}) + g.of("places")
	case "half ASCII":
		if g.IntN(2) == 0 {
			return g.of("plain")
		}
		return g.text("all")
	case "one word":
		return g.of("words")
	case "unlisted words":
		return g.of("unlisted")
	case "unlisted, half ASCII":
		if g.IntN(2) == 0 {
			return g.of("plain")
		}
		return g.of("unlisted") + " " + g.of("unlisted")
	}
	return g.pick([]string{g.of("planning"), g.person(), g.of("places"), fmt.Sprintf("%s %d", g.of("roads"), g.IntN(90))})
}

// A column of texts, as bytes.
func (g *generator) column(style string, e encoder) (texts []string, raws [][]byte) {
	size := 5 + g.IntN(46)
	if g.IntN(2) == 0 {
		size = 5 + g.IntN(5)
	}
	for len(texts) < size {
		text := g.text(style)
		if raw, ok := e.encode(text); ok {
			texts, raws = append(texts, text), append(raws, raw)
		}
	}
	return texts, raws
}

// Columns of Vietnamese in every encoding: at least 99 % are read right, at most
// 3 % are uncertain, and what is wrong is uncertain.
func TestGeneratedColumns(t *testing.T) {
	t.Parallel()
	styles := []string{"planning", "capitals", "names", "communes", "half ASCII", "one word", "unlisted words", "unlisted, half ASCII"}
	g := &generator{rand.New(rand.NewPCG(7, 11)), lists()}
	perKind := 100
	if testing.Short() {
		perKind = 20
	}
	columns, wrong, unsure := 0, 0, 0
	for _, style := range styles {
		for _, e := range encoders() {
			for range perKind {
				texts, raws := g.column(style, e)
				c := choiceOf(raws, encodings.SamplerOptions{})
				columns++
				if c.Unsure {
					unsure++
				}
				if diff := misread(c, e, texts, raws); diff != "" {
					wrong++
					if !c.Unsure {
						t.Errorf("%s in %s, %d values: confidently %s (%.3f): %s", style, e.name, len(texts), c.Encoding, c.Confidence, diff)
					}
				}
			}
		}
	}
	t.Logf("%d columns, %d wrong, %d uncertain", columns, wrong, unsure)
	if wrong*100 > columns || unsure*100 > 3*columns {
		t.Errorf("of %d columns %d are wrong (at most 1 %%), %d uncertain (at most 3 %%)", columns, wrong, unsure)
	}
}

func choiceOf(raws [][]byte, o encodings.SamplerOptions) encodings.Choice {
	s := encodings.NewSampler(1, o)
	for _, raw := range raws {
		s.Add(0, raw)
	}
	return s.Choices()[0]
}

// misread is the first text that does not come out as it was; "" without one.
// TCVN3 has no capitals with tones: a single one may come out small.
func misread(c encodings.Choice, e encoder, texts []string, raws [][]byte) string {
	d := c.Decoder()
	for i, raw := range raws {
		got := string(d.Append(nil, raw))
		if got == texts[i] || e.name == "tcvn3" && texts[i] != strings.ToUpper(texts[i]) && strings.EqualFold(got, texts[i]) {
			continue
		}
		return fmt.Sprintf("%q is read as %q", texts[i], got)
	}
	return ""
}

// What other languages write must not be taken for Vietnamese.
func TestWesternColumns(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, texts string }{
		{"french", "Société Générale|Hôtel de Ville|Champs-Élysées|Forêt de Fontainebleau|Gare de l’Est|Orléans|Besançon"},
		{"french, short", "Thé|Clé|Pré|Été|Blé|Né"},
		{"french names", "Hélène Lefèvre|François Müller|Noël Périgord|Zoë Gauthier|Jérôme Lâché"},
		{"german", "Straße|Köln|München|Düsseldorf|Görlitz|Überlingen|Süd|Für Fußgänger"},
		{"german capitals", "MÜNCHEN|KÖLN|DÜREN|GÖTTINGEN|LÜBECK"},
		{"spanish", "Doña Ana|Cañada|Bogotá|Peñuelas|León|Año 2020|El Niño"},
		{"portuguese", "São Paulo|João Pessoa|Conceição|Avenida Brasília|Três Corações|Estação"},
		{"scandinavian", "Tromsø|Ålesund|Malmö|Västerås|Århus|Bodø|Jyväskylä"},
		{"a single name", "Springfield|México|Houston"},
		{"signs", "25°|100 m²|½ acre|“quoted”|N 5th – S 6th|O’Hare|§ 12|50 m²"},
		{"one degree sign", "21° north|Halsted|Wacker"},
		{"one paragraph sign", "§ 4|Halsted|Wacker"},
		{"streets", "N Halsted St|W Wacker Dr|S Martin Luther King Jr Dr"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var raws [][]byte
			texts := strings.Split(tc.texts, "|")
			for _, text := range texts {
				raw, ok := encodings.AppendWindows1252(nil, []byte(text))
				if !ok {
					t.Fatalf("%q is not of Windows-1252", text)
				}
				raws = append(raws, raw)
			}
			for _, o := range []encodings.SamplerOptions{{}, {Declared: "1252"}, {Declared: "UTF-8"}, {Unicode: true}} {
				c := choiceOf(raws, o)
				if diff := misread(c, encoder{}, texts, raws); diff != "" || c.Unsure {
					t.Errorf("%+v: %s, unsure %t: %s", o, c.Encoding, c.Unsure, diff)
				}
			}
		})
	}
}

// Text of a format in Unicode that was read as Windows-1252 once is found; what
// is right is left alone.
func TestMisreadInUnicode(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, want, texts string }{
		{"tcvn3", "tcvn3", "®Êt ë ®« thÞ|ph\u00adêng phó mü|x· T©n B×nh"},
		{"vni", "vni", "ñaát ôû|phöôøng phuù myõ"},
		{"utf-8", "utf-8", "Quáº\u00adn 1|Ä\u0090Æ°á»\u009dng sá»\u0091 5|TÃ¢n BÃ¬nh"},
		{"vietnamese of Latin-1", "windows-1252", "Sài Gòn|Hòa Bình|Tân Hà|Lê Lai|HÒA HÀ|Cô Tô|Phú Yên"},
		{"french", "windows-1252", "Thé|Clé|Société"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var raws [][]byte
			for text := range strings.SplitSeq(tc.texts, "|") {
				raw, ok := encodings.AppendWindows1252(nil, []byte(text))
				if !ok {
					t.Fatalf("%q is not of Windows-1252", text)
				}
				raws = append(raws, raw)
			}
			if c := choiceOf(raws, encodings.SamplerOptions{Unicode: true}); c.Encoding != tc.want || c.Unsure {
				t.Errorf("got %s, want %s (%+v)", c.Encoding, tc.want, c)
			}
		})
	}
}

// Columns of one file may differ, and a value of a column from the others.
func TestMixed(t *testing.T) {
	t.Parallel()
	s := encodings.NewSampler(4, encodings.SamplerOptions{Declared: "1252"})
	var values [][]byte
	var want []string
	for _, text := range strings.Split(planning, "|") {
		a, _ := encodeTCVN3(text)
		b, _ := encodeVNI(text)
		s.Add(0, a)
		s.Add(1, b)
		s.Add(2, []byte("LUC"))
		values, want = append(values, a, b), append(want, text, text)
	}
	for _, v := range values {
		s.Add(3, v)
	}
	choices := s.Choices()
	var got []string
	for _, c := range choices {
		got = append(got, c.Encoding)
	}
	if strings.Join(got, " ") != "tcvn3 vni windows-1252 mixed" {
		t.Fatalf("got %v", got)
	}
	d := choices[3].Decoder()
	for i, v := range values {
		if text := string(d.Append(nil, v)); text != want[i] {
			t.Errorf("got %q, want %q", text, want[i])
		}
	}
	if name, _ := encodings.Summary(choices); name != "mixed columns: mixed, tcvn3, vni" {
		t.Errorf("the summary is %q", name)
	}
}

// A letter cut by the width of its field must not make a column uncertain.
func TestCutUTF8(t *testing.T) {
	t.Parallel()
	var raws [][]byte
	for _, text := range strings.Split(planning, "|") {
		raws = append(raws, []byte(text)[:min(14, len(text))])
	}
	if c := choiceOf(raws, encodings.SamplerOptions{Declared: "1252"}); c.Encoding != "utf-8" || c.Unsure {
		t.Errorf("%+v", c)
	}
}

func TestCapitalsOfTCVN3(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"§ÊT ë §¤ THÞ", "ĐẤT Ở ĐÔ THỊ"},
		{"PH\u00adêng Phó Mü", "PHường Phú Mỹ"}, // a small letter that is one for certain
		{"X· Phó Mü", "Xã Phú Mỹ"},
		{"UBND X· PHó Mü", "UBND XÃ PHÚ MỸ"},
		{"§Êt ë", "Đất ở"},
		{"Lª ThÞ Thu ót", "Lê Thị Thu Út"},
		{"“Khu A” – ë", "“Khu A” – ở"},
	} {
		raw, _ := encodings.AppendWindows1252(nil, []byte(tc.text))
		d, _ := encodings.Lookup("tcvn3")
		if got := string(d.Append(nil, raw)); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
	column := [][]byte{[]byte("M\xfc"), []byte("PH\xf3 M\xfc")}
	if got := string(choiceOf(column, encodings.SamplerOptions{Forced: "tcvn3"}).Decoder().Append(nil, column[0])); got != "MỸ" {
		t.Errorf("a column in capitals has %q", got)
	}
}

// Names from other languages apart, every word of the vocabulary is a syllable.
func TestSyllablesAreSpelled(t *testing.T) {
	t.Parallel()
	for _, w := range lists()["words"] {
		low := strings.ToLower(w)
		if strings.HasSuffix(low, "k") || low == "krông" || low == "jút" {
			continue
		}
		if !encodings.Spelled(low) {
			t.Errorf("%q is no syllable", low)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, name := range []string{"utf-8", "tcvn3", "vni", "mixed"} {
		b.Run(name, func(b *testing.B) {
			d, _ := encodings.Lookup(name)
			var dst []byte
			src := []byte("LUC+ODT 12/3 Thua 4711")
			b.ReportAllocs()
			for b.Loop() {
				dst = d.Append(dst[:0], src)
			}
		})
	}
}
