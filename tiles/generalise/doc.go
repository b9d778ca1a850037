// Package generalise makes the shapes of one cell fit for a smaller scale:
// borders that features share are simplified once, so that neighbours neither
// gape nor overlap; polygons dissolve, points cluster, what is too small to draw
// becomes squares of equal area, and a rank says what to leave out.
//
// Positions are whole units of one grid for all cells of a band: x to the right,
// y down, the same origin everywhere. They are never relative to the cell: what
// becomes of a vertex is a function of positions nearby, and that is why two
// cells that overlap agree.
//
//	       X-M   X   X+M             X+S-M X+S X+S+M
//	  Y-M   ┌────┬────┬────────────────┬────┬────┐
//	        │    │    │                │    │    │     every edge is cut where it
//	  Y     ├────╔════╪════════════════╪════╗────┤     crosses one of the lines,
//	        │    ║    │                │    ║    │     at a point computed from
//	  Y+M   ├────╫────┼────────────────┼────╫────┤     the whole edge; vertices on
//	        │    ║    │      core      │    ║    │     lines stay. What happens
//	 Y+S-M  ├────╫────┼────────────────┼────╫────┤     between lines follows from
//	        │    ║    │                │    ║    │     what lies between them.
//	 Y+S    ├────╚════╪════════════════╪════╝────┤
//	        │    │    │                │    │    │
//	Y+S+M   └────┴────┴────────────────┴────┴────┘
//
// A cell's own lines and those of its neighbours coincide wherever both see, and
// each knows every feature between them, so the shared strips come out equal.
package generalise
