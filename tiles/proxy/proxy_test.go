package proxy_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/proxy"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	at := tiles.Coord{Z: 2, X: 3, Y: 1}
	wms, err := proxy.WMS("https://w.example/ows?map=plan&version=1.1.1", "parcels,blocks", "png", 512)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		source string
		kind   spatial.TilesetKind
		want   string
	}{
		{"https://t.example/{z}/{x}/{y}.png?key=a", spatial.TilesetXYZ, "https://t.example/2/3/1.png?key=a"},
		{"https://t.example/{z}/{x}/{-y}.png", spatial.TilesetXYZ, "https://t.example/2/3/2.png"},
		{"https://t.example/wmts/{TileMatrix}/{TileRow}/{TileCol}", spatial.TilesetWMTS, "https://t.example/wmts/2/1/3"},
		{wms, spatial.TilesetWMS, "&BBOX=10018754.171395,0.000000,20037508.342789,10018754.171395"},
	} {
		kind, err := proxy.KindOf(test.source)
		if err != nil || kind != test.kind {
			t.Errorf("%s is %s, %v", test.source, kind, err)
		}
		if got := proxy.Address(&spatial.Tileset{Source: test.source}, at); !strings.HasSuffix(got, test.want) {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
	for _, part := range []string{"map=plan", "version=1.1.1", "LAYERS=parcels%2Cblocks", "CRS=EPSG%3A3857", "WIDTH=512", "TRANSPARENT=TRUE", "FORMAT=image%2Fpng"} {
		if !strings.Contains(wms, part) {
			t.Errorf("no %s in %s", part, wms)
		}
	}
	for _, source := range []string{"ftp://t.example/{z}/{x}/{y}", "/data/a.pmtiles", "https://t.example/tiles", "https:///{z}/{x}/{y}"} {
		if kind, err := proxy.KindOf(source); err == nil {
			t.Errorf("%s is %s", source, kind)
		}
	}
	if got := proxy.Template(&spatial.Tileset{Source: "https://t.example/{TileMatrix}/{TileRow}/{TileCol}"}); got != "https://t.example/{z}/{y}/{x}" {
		t.Error(got)
	}
}

// answers is a server of one answer.
type answers struct {
	body   string
	absent bool
	err    error
}

func (a answers) Get(_ context.Context, _ string, w io.Writer) (bool, error) {
	if a.err == nil {
		_, _ = io.WriteString(w, a.body)
	}
	return a.absent, a.err
}

func TestTile(t *testing.T) {
	t.Parallel()
	const png = "\x89PNG\r\n\x1a\nimage"
	for _, test := range []struct {
		name   string
		answer answers
		format string
		kind   string
		code   spatial.Code
	}{
		{"an image", answers{body: png}, "png", tiles.TypePNG, ""},
		{"a photo from a server of PNG", answers{body: "\xff\xd8\xff\xe0photo"}, "png", tiles.TypeJPEG, ""},
		{"a page", answers{body: "<html>no such layer</html>"}, "png", "", spatial.CodeUnavailable},
		{"nothing", answers{absent: true}, "png", "", ""},
		{"no content", answers{}, "png", "", ""},
		{"a failure", answers{err: errors.New("secret.example answers 500")}, "png", "", spatial.CodeUnavailable},
		{"a vector tile", answers{body: "\x1a\x02ab"}, "pbf", tiles.ContentType, ""},
		{"a vector tile in gzip", answers{body: "\x1f\x8b\x08..."}, "pbf", tiles.ContentType, ""},
		{"an image for a vector tile", answers{body: png}, "pbf", "", spatial.CodeUnavailable},
	} {
		got, err := proxy.New(test.answer, 1).Tile(t.Context(), &spatial.Tileset{Source: "https://secret.example/{z}/{x}/{y}", Format: test.format}, tiles.Coord{})
		if spatial.CodeOf(err) != test.code || got.Type != test.kind {
			t.Errorf("%s: %s, %v", test.name, got.Type, err)
		}
		if e, ok := errors.AsType[*spatial.Error](err); ok && strings.Contains(e.Message, "secret") {
			t.Errorf("%s: %s", test.name, e.Message)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := proxy.New(answers{body: png}, 0).Tile(ctx, &spatial.Tileset{}, tiles.Coord{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
