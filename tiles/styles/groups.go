package styles

import (
	"slices"

	"gisd/spatial"
)

// OtherGroup holds the collections that name no group.
const OtherGroup = "other"

// groups of the layer list from top to bottom. A group that is not here comes
// before OtherGroup under its own name.
var groups = [...]GroupInfo{
	{"live", spatial.Text{VI: "Trực tiếp", EN: "Live"}},
	{"projects", spatial.Text{VI: "Dự án đầu tư", EN: "Investment projects"}},
	{"services", spatial.Text{VI: "Dịch vụ công", EN: "Public services"}},
	{"facilities", spatial.Text{VI: "Hạ tầng xã hội", EN: "Social facilities"}},
	{"transport", spatial.Text{VI: "Giao thông", EN: "Transport"}},
	{"water", spatial.Text{VI: "Cấp thoát nước", EN: "Water and drainage"}},
	{"energy", spatial.Text{VI: "Cấp điện", EN: "Power"}},
	{"telecom", spatial.Text{VI: "Viễn thông", EN: "Telecommunications"}},
	{"utilities", spatial.Text{VI: "Hạ tầng kỹ thuật", EN: "Technical networks"}},
	{"industry", spatial.Text{VI: "Công nghiệp", EN: "Industry"}},
	{"economy", spatial.Text{VI: "Kinh tế", EN: "Economy"}},
	{"planning", spatial.Text{VI: "Quy hoạch", EN: "Planning"}},
	{"land", spatial.Text{VI: "Đất đai", EN: "Land"}},
	{"environment", spatial.Text{VI: "Môi trường, thuỷ hệ", EN: "Environment and waters"}},
	{"admin", spatial.Text{VI: "Địa giới hành chính", EN: "Administrative units"}},
	{"base", spatial.Text{VI: "Nền địa lý", EN: "Base map"}},
	{OtherGroup, spatial.Text{VI: "Dữ liệu khác", EN: "Other data"}},
}

func groupOf(c *spatial.Collection) string {
	if c.Group == "" {
		return OtherGroup
	}
	return c.Group
}

func groupRank(id string) int {
	if i := slices.IndexFunc(groups[:], func(g GroupInfo) bool { return g.ID == id }); i >= 0 {
		return 2 * i
	}
	return 2*len(groups) - 3
}

func groupTitle(id string) spatial.Text {
	if i := slices.IndexFunc(groups[:], func(g GroupInfo) bool { return g.ID == id }); i >= 0 {
		return groups[i].Title
	}
	return spatial.Text{VI: id, EN: id}
}

func (m *Metadata) sortGroups() {
	slices.SortStableFunc(m.Groups, func(a, b GroupInfo) int { return groupRank(a.ID) - groupRank(b.ID) })
}
