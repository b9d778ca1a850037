package icons

// shape is a filled path.
type shape struct{ color, path string }

// icon is drawn from its first shape up; size in CSS pixels.
type icon struct {
	name   string
	size   int
	shapes []shape
}

// Names lists the sprites by name.
func Names() []string {
	icons := allIcons()
	names := make([]string, len(icons))
	for i, icon := range icons {
		names[i] = icon.name
	}
	return names
}

const (
	white      = "#ffffff"
	transport  = "#1f6fb2"
	emergency  = "#c62f3b"
	waterBlue  = "#15808f"
	social     = "#7a4fa3"
	technical  = "#8a6414"
	investment = "#2f7d4f"
	neutral    = "#4a5560"
)

// badge is a round sign with a white rim.
func badge(name, color string, pictogram ...shape) icon {
	return icon{name, 26, append([]shape{
		{"#1b232b28", "O 12 12.6 11.2"},
		{white, "O 12 12 11"},
		{color, "O 12 12 9.6"},
	}, pictogram...)}
}

// plate is a square sign, for what does not move.
func plate(name, color string, pictogram ...shape) icon {
	return icon{name, 22, append([]shape{
		{"#1b232b28", "R 1 1.8 22 22 5"},
		{white, "R 1 1 22 22 5"},
		{color, "R 2.4 2.4 19.2 19.2 4"},
	}, pictogram...)}
}

// allIcons is in the order of the sheet.
func allIcons() []icon {
	return []icon{
		{"dot", 14, []shape{{white, "O 12 12 11"}, {neutral, "O 12 12 8"}}},
		{"arrow", 20, []shape{
			{white, "M 6 3 L 20 12 L 6 21 L 9 12 Z"},
			{"#27465e", "M 8.2 6.4 L 17 12 L 8.2 17.6 L 10.2 12 Z"},
		}},
		// A pointer that stands out over a badge; north is up.
		{"heading", 46, []shape{
			{white, "M 12 0 L 17.2 8.2 L 6.8 8.2 Z"},
			{"#1b2a38", "M 12 1.6 L 15.9 7.8 L 8.1 7.8 Z"},
		}},

		badge("bus", transport,
			shape{white, "R 7 6.2 10 10.4 1.8 R 8 16 2 2 0.6 R 14 16 2 2 0.6"},
			shape{transport, "R 8.2 8 7.6 4 0.6 O 9 14.4 0.9 O 15 14.4 0.9"}),
		badge("ambulance", emergency, shape{white, "R 10.4 6.4 3.2 11.2 0.6 R 6.4 10.4 11.2 3.2 0.6"}),
		badge("barge", waterBlue,
			shape{white, "M 5.2 13 L 18.8 13 L 16.8 17 L 7.2 17 Z"},
			shape{white, "R 8 9.4 3 2.8 0.3 R 11.6 9.4 3 2.8 0.3 R 11.6 6 3 2.8 0.3"}),
		badge("truck", technical,
			shape{white, "R 5.4 8 8 7 0.6 M 14.2 10 L 16.8 10 L 18.8 12.4 L 18.8 15 L 14.2 15 Z O 8.2 16 1.6 O 16 16 1.6"}),
		badge("car", neutral,
			shape{white, "M 6 12 L 7.8 8.4 L 16.2 8.4 L 18 12 L 18 15.6 L 6 15.6 Z O 8.4 16 1.4 O 15.6 16 1.4"}),
		badge("vehicle", neutral, shape{white, "M 12 6 L 16.6 17 L 12 14.6 L 7.4 17 Z"}),
		badge("sensor", waterBlue,
			shape{white, "M 12 5.6 C 14.4 9 16 10.8 16 13.2 C 16 15.6 14.2 17.4 12 17.4 C 9.8 17.4 8 15.6 8 13.2 C 8 10.8 9.6 9 12 5.6 Z"}),
		badge("camera", neutral,
			shape{white, "R 5.6 8.6 8.8 6.8 1.4 M 15.2 10.8 L 18.6 8.8 L 18.6 15.2 L 15.2 13.2 Z"}),

		plate("hospital", emergency, shape{white, "R 10.2 5.6 3.6 12.8 0.6 R 5.6 10.2 12.8 3.6 0.6"}),
		plate("station115", emergency,
			shape{white, "R 5 9 8.6 6.4 0.6 M 14.4 10.4 L 17 10.4 L 19 12.8 L 19 15.4 L 14.4 15.4 Z O 8 16.4 1.6 O 16 16.4 1.6"},
			shape{emergency, "R 8.7 10 1.2 4.4 0.1 R 7.1 11.6 4.4 1.2 0.1"}),
		plate("school", social,
			shape{white, "M 12 6 L 20 9.8 L 12 13.6 L 4 9.8 Z M 7 12.2 L 12 14.6 L 17 12.2 L 17 15.6 C 15.4 17.2 13.8 17.8 12 17.8 C 10.2 17.8 8.6 17.2 7 15.6 Z"}),
		plate("government", social,
			shape{white, "M 12 5 L 19 9 L 5 9 Z R 6.4 10 2 5.6 0.2 R 11 10 2 5.6 0.2 R 15.6 10 2 5.6 0.2 R 5.2 16.4 13.6 2 0.3"}),
		plate("market", technical,
			shape{white, "M 6 6 L 18 6 L 19.4 10.6 L 4.6 10.6 Z R 6.2 11.4 11.6 6.8 0.4"},
			shape{technical, "R 10.2 13.4 3.6 4.8 0.2"}),
		plate("port", waterBlue,
			shape{white, "O 12 6.6 1.8 R 11.2 8 1.6 9.4 0.4 R 8.6 9.6 6.8 1.6 0.4 M 5.4 12.8 L 7.4 12.8 C 7.6 15.2 9.4 16.6 12 16.8 C 14.6 16.6 16.4 15.2 16.6 12.8 L 18.6 12.8 C 18.4 16.6 15.8 18.8 12 18.8 C 8.2 18.8 5.6 16.6 5.4 12.8 Z"}),
		plate("busstop", transport,
			shape{white, "R 7 5.6 10 11 1.8 R 8 16 2 2.4 0.6 R 14 16 2 2.4 0.6"},
			shape{transport, "R 8.2 7.4 7.6 4.4 0.6 O 9 14.4 0.9 O 15 14.4 0.9"}),
		plate("railway", neutral,
			shape{white, "R 7.4 5 9.2 10.6 2.2 M 8.6 16 L 10.4 16 L 8.6 19 L 6.6 19 Z M 13.6 16 L 15.4 16 L 17.4 19 L 15.4 19 Z"},
			shape{neutral, "R 8.8 6.8 6.4 3.8 0.6 O 9.6 13 0.9 O 14.4 13 0.9"}),
		plate("factory", technical,
			shape{white, "M 5 18.4 L 5 11 L 9.4 13.4 L 9.4 11 L 13.8 13.4 L 13.8 6 L 16 6 L 16 10 L 19 10 L 19 18.4 Z"}),
		plate("park", investment,
			shape{white, "M 12 4.6 L 16.4 10.4 L 14.4 10.4 L 17.6 15 L 13 15 L 13 19 L 11 19 L 11 15 L 6.4 15 L 9.6 10.4 L 7.6 10.4 Z"}),
		plate("project", investment,
			shape{white, "R 6.6 5 1.8 14 0.4 M 9.2 5.6 L 18.4 5.6 L 16 9 L 18.4 12.4 L 9.2 12.4 Z"}),
		plate("tower", neutral,
			shape{white, "M 11.2 9 L 12.8 9 L 15.8 19 L 13.8 19 L 12 12.6 L 10.2 19 L 8.2 19 Z O 12 7.4 2"}),
		plate("bolt", "#b07a00", shape{white, "M 13.4 4.6 L 6.8 13.2 L 11 13.2 L 10 19.4 L 17.2 10.4 L 12.8 10.4 Z"}),
		plate("water", waterBlue,
			shape{white, "M 12 4.8 C 14.8 8.6 16.6 10.8 16.6 13.6 C 16.6 16.4 14.6 18.6 12 18.6 C 9.4 18.6 7.4 16.4 7.4 13.6 C 7.4 10.8 9.2 8.6 12 4.8 Z"}),

		{"valve", 16, []shape{
			{white, "O 12 12 11.6"},
			{waterBlue, "M 3.6 6.6 L 12 12 L 3.6 17.4 Z M 20.4 6.6 L 12 12 L 20.4 17.4 Z R 11.2 5 1.6 7 0.2 R 8.6 4 6.8 2 0.5"},
		}},
		{"lamp", 12, []shape{{"#5a5140", "O 12 12 8.5"}, {"#ffd34d", "O 12 12 6"}}},
		{"manhole", 12, []shape{{"#5d6a73", "O 12 12 9"}, {"#c3ccd2", "R 6.5 8 11 1.6 0.3 R 6.5 11.2 11 1.6 0.3 R 6.5 14.4 11 1.6 0.3"}}},
		{"hydrant", 14, []shape{{white, "O 12 12 11"}, {emergency, "O 12 12 8.6"}, {white, "R 10.6 6.4 2.8 11.2 0.4 R 8 9.6 8 2.4 0.4"}}},
		{"pole", 12, []shape{{white, "O 12 12 9"}, {"#b07a00", "O 12 12 6.4"}}},
	}
}

// Size is an icon's side in CSS pixels, that of a small one for an unknown
// name.
func Size(name string) float64 {
	for _, i := range allIcons() {
		if i.name == name {
			return float64(i.size)
		}
	}
	return 14
}
