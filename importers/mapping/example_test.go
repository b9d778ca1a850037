package mapping_test

import (
	"context"
	"fmt"

	"gisd/importers"
	"gisd/importers/mapping"
)

func Example() {
	file, err := mapping.Load([]byte(`
version: 1
key: so_thua
fields:
  - {from: SOTHUA, name: so_thua, type: integer}
  - {from: LOAI, name: loai_dat, codes: {Đất ở: ODT}}
  - {name: dien_tich, area: {unit: m2}}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	src, err := mapping.Apply(ctx, table(true, "SOTHUA,LOAI", "12,Đất ở"), file, mapping.Surroundings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	err = src.Read(ctx, func(r *importers.Record) error {
		for i, f := range src.Schema().Fields {
			fmt.Println(f.Name, "=", importers.ValueText(f.Type, &r.Values[i])+f.Unit)
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// so_thua = 12
	// loai_dat = ODT
	// dien_tich = 100m2
}
