package devices

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/internal/sleep"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
)

// Store is the registry of devices with their last known positions, in
// SRID 4326 as lon, lat degrees. It is a live.Source, and safe for use by many
// goroutines.
type Store struct {
	db *postgis.DB
}

var _ live.Source = (*Store)(nil)

// NewStore returns the registry in the database.
func NewStore(db *postgis.DB) *Store { return &Store{db: db} }

// Record is a device with how it came to be registered.
type Record struct {
	live.Device
	RegisteredBy string
	RegisteredAt time.Time
}

// List returns every device by id, revoked ones among them.
func (d *Store) List(ctx context.Context) ([]Record, error) {
	return d.read(ctx, nil)
}

// Device returns one device; not_found without it.
func (d *Store) Device(ctx context.Context, id string) (*Record, error) {
	found, err := d.read(ctx, &id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, spatial.NotFound("postgis: read device", "There is no such device.")
	}
	return &found[0], nil
}

func (d *Store) read(ctx context.Context, id *string) ([]Record, error) {
	rows, err := d.db.Pool.Query(ctx, queryDevices, id)
	if err != nil {
		return nil, postgis.Wrap(ctx, "postgis: read devices", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Record, error) {
		var r Record
		err := row.Scan(&r.ID, &r.Kind, &r.Name, &r.Department, &r.Visibility, &r.Roles, &r.Demo, &r.Revoked,
			&r.RegisteredBy, &r.RegisteredAt, &r.Identities)
		if len(r.Identities) == 0 {
			r.Identities = nil
		}
		return r, err
	})
	return found, postgis.Wrap(ctx, "postgis: read devices", err)
}

// Devices implements live.Source.
func (d *Store) Devices(ctx context.Context) ([]live.Device, error) {
	records, err := d.List(ctx)
	if err != nil {
		return nil, err
	}
	devices := make([]live.Device, len(records))
	for i := range records {
		devices[i] = records[i].Device
	}
	return devices, nil
}

// Register adds devices, or changes those that are there; a revoked one may
// report again. It returns how many rows changed. All are valid, or none is
// taken: invalid names every fault, as "/2/kind" where there are several.
func (d *Store) Register(ctx context.Context, devices []live.Device, by string) (int64, error) {
	const op = "postgis: register devices"
	if err := live.ValidateDevices(devices); err != nil {
		return 0, err
	}
	n := len(devices)
	ids, kinds, names := make([]string, n), make([]string, n), make([]string, n)
	departments, visibilities, roles, demo := make([]string, n), make([]string, n), make([]string, n), make([]bool, n)
	for i, one := range devices {
		ids[i], kinds[i], names[i], departments[i] = one.ID, string(one.Kind), one.Name, one.Department
		visibilities[i], demo[i] = string(one.Visibility), one.Demo
		texts := make([]string, len(one.Roles))
		for j, r := range one.Roles {
			texts[j] = string(r)
		}
		roles[i] = strings.Join(texts, ",")
	}
	tag, err := d.db.Pool.Exec(ctx, queryDeviceRegister, ids, kinds, names, departments, visibilities, roles, demo, by)
	return tag.RowsAffected(), postgis.Wrap(ctx, op, err)
}

// Revoke ends a device and the keys bound to it; not_found without the device.
// Its history stays.
func (d *Store) Revoke(ctx context.Context, id string) error {
	err := d.db.Pool.QueryRow(ctx, queryDeviceRevoke, id).Scan(&id)
	if err != nil && spatial.CodeOf(postgis.Wrap(ctx, "", err)) == spatial.CodeNotFound {
		return spatial.NotFound("postgis: revoke device", "There is no such device.")
	}
	return postgis.Wrap(ctx, "postgis: revoke device", err)
}

// RemoveDemo deletes the devices marked as the demo's and returns how many.
func (d *Store) RemoveDemo(ctx context.Context) (int64, error) {
	tag, err := d.db.Pool.Exec(ctx, queryDeviceRemove)
	return tag.RowsAffected(), postgis.Wrap(ctx, "postgis: remove demo devices", err)
}

// LastPositions implements live.Source.
func (d *Store) LastPositions(ctx context.Context) ([]live.Position, error) {
	return d.Last(ctx, live.Filter{Access: spatial.SystemAccess("server")})
}

// Last returns the last known positions that the filter lets through, by device
// id: what live.Hub.Last says, from the database.
func (d *Store) Last(ctx context.Context, f live.Filter) ([]live.Position, error) {
	const op = "postgis: read last positions"
	a := f.Access
	var west, south, east, north *float64
	if f.BBox != nil {
		west, south, east, north = &f.BBox.MinX, &f.BBox.MinY, &f.BBox.MaxX, &f.BBox.MaxY
	}
	roles := append([]spatial.Role{}, a.Roles...) // null would match nothing, and everything is no role
	rows, err := d.db.Pool.Query(ctx, queryLastPositions,
		a.Has(spatial.RoleAdmin), !a.Anonymous() && a.Device == "", roles, a.Device,
		west, south, east, north, f.Kinds)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	found, err := pgx.CollectRows(rows, scanPosition)
	return found, postgis.Wrap(ctx, op, err)
}

// recentOfDevice bounds what Recent reads of a device.
const recentOfDevice = 64

// Recent implements fence.Positions; positions kept from the marker are left out.
func (d *Store) Recent(ctx context.Context, since time.Time) ([]live.Position, error) {
	const op = "postgis: read recent positions"
	rows, err := d.db.Pool.Query(ctx, queryPositionsRecent, since, recentOfDevice, int16(live.FlagHeld))
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	found, err := pgx.CollectRows(rows, scanPosition)
	return found, postgis.Wrap(ctx, op, err)
}

func scanPosition(row pgx.CollectableRow) (live.Position, error) {
	var p live.Position
	var speed, bearing, accuracy *float64
	var attributes []byte
	var flags int16
	err := row.Scan(&p.Device, &p.Time, &p.ReceivedAt, &p.Lon, &p.Lat, &speed, &bearing, &accuracy, &attributes, &flags)
	p.Flags = live.Flag(flags)
	known := func(v *float64) live.Measure {
		if v == nil {
			return live.Measure{}
		}
		return live.Known(*v)
	}
	p.Time, p.ReceivedAt = p.Time.UTC(), p.ReceivedAt.UTC()
	p.SpeedKMH, p.BearingDegrees, p.AccuracyMeters = known(speed), known(bearing), known(accuracy)
	if len(attributes) > 0 {
		p.Attributes = attributes
	}
	return p, err
}

// WatchDevices implements live.Source: by announcements on a connection of its
// own, and every half minute in case one was lost.
func (d *Store) WatchDevices(ctx context.Context, changed func()) error {
	const first, last, poll = 200 * time.Millisecond, 5 * time.Second, 30 * time.Second
	wait := first
	for ctx.Err() == nil {
		started := time.Now()
		err := d.listen(ctx, poll, changed)
		if ctx.Err() != nil {
			break
		}
		if time.Since(started) > last {
			wait = first
		}
		d.db.Log.WarnContext(ctx, "device connection lost", "error", err, "retry_ms", wait.Milliseconds())
		if sleep.For(ctx, wait+rand.N(wait)) != nil {
			break
		}
		wait = min(2*wait, last)
	}
	return nil
}

func (d *Store) listen(ctx context.Context, poll time.Duration, changed func()) error {
	conn, err := d.db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, queryListen); err != nil {
		return err
	}
	for {
		changed()
		if err := postgis.AwaitAnnouncements(ctx, conn, poll, postgis.AnnouncedPause, postgis.AnnouncedLongest); err != nil {
			return err
		}
	}
}
