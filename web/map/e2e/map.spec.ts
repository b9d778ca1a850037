import { join } from "node:path";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { touches } from "../src/map/touched";
import { launch } from "./browser";
import { CENTRE, OUT, writeSheet, writeZones } from "./data";
import { hear, Server } from "./server";

const VIEW = `map=12/${CENTRE.lat}/${CENTRE.lon}`;
const SIZE = { width: 1280, height: 800 };

let server: Server;
let browser: Browser;
let page: Page;
/** What must stay empty: faults of the page, refused scripts, requests elsewhere. */
const faults: string[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start("--no-demo"), launch()]);
  page = await openPage(`#${VIEW}`);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function openPage(hash: string): Promise<Page> {
  const context = await browser.newContext({ viewport: SIZE, locale: "vi-VN" });
  const opened = await context.newPage();
  opened.on("pageerror", (error) => faults.push(error.message));
  opened.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  opened.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server.url) && !/^(data|blob):/.test(url)) faults.push(`request to ${url}`);
  });
  await opened.goto(`${server.url}/${hash}`);
  await opened.waitForSelector("#map[data-ready]");
  return opened;
}

/** The middle of the map as a picture, to see whether something is drawn there. */
async function middle(of: Page): Promise<string> {
  const clip = { x: SIZE.width / 2 - 60, y: SIZE.height / 2 - 60, width: 120, height: 120 };
  return (await of.screenshot({ clip })).toString("base64");
}

/** Notes the tiles of the zones that the page asks for until it is called. */
function noteTiles(of: Page): () => string[] {
  const asked: string[] = [];
  const note = (request: Request) => {
    const tile = /\/tiles\/[^/]*zones[^/]*\/(\d+\/\d+\/\d+)\.mvt/.exec(request.url())?.[1];
    if (tile) asked.push(tile);
  };
  of.on("request", note);
  return () => {
    of.off("request", note);
    return asked;
  };
}

async function tilesStopComing(of: Page): Promise<void> {
  await until("tiles stop coming", async () => {
    const asked = noteTiles(of);
    await of.waitForTimeout(500);
    return asked().length === 0;
  });
}

async function until(what: string, test: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await page.waitForTimeout(100);
  }
}

describe("the map of a running server", () => {
  it("says that there is nothing yet", async () => {
    await page.getByText("Chưa có lớp dữ liệu nào").waitFor();
  });

  it("shows an import without a reload", async () => {
    const before = await middle(page);
    await server.gisd("import", writeZones(), "--collection", "zones", "--publish", "--title", "Khu đất thử");
    await page.locator('[data-collection="zones"]').getByText("Khu đất thử").waitFor();
    await until("the zones are drawn", async () => (await middle(page)) !== before);
  });

  it("identifies what is clicked on, with typed attributes", async () => {
    await page.mouse.click(SIZE.width / 2, SIZE.height / 2);
    const card = page.locator(".identify:not([hidden])");
    await card.getByText("Khu đất thử số 5").first().waitFor();
    const text = await card.locator(".properties").textContent();
    expect(text).toContain("4.817.254,5");
    expect(text).toContain("Đã phê duyệt <b>quy hoạch</b>");
    expect(page.url()).toContain("sel=zones/5");
    await page.screenshot({ path: join(OUT, "identify.png") });
  });

  it("hides and shows a layer", async () => {
    await page.locator(".identify .close").click();
    await until("the selection is gone", async () => !page.url().includes("sel="));
    const shown = await middle(page);
    const box = page.locator('[data-collection="zones"] input');
    await box.uncheck();
    await until("the zones are hidden", async () => (await middle(page)) !== shown);
    expect(page.url()).toContain("off=zones");
    await box.check();
    expect(page.url()).not.toContain("off=");
  });

  it("speaks English", async () => {
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Layers" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    expect(page.url()).toContain("lang=en");
    await page.getByRole("button", { name: "Tiếng Việt" }).click();
    await page.getByRole("heading", { name: "Lớp dữ liệu" }).waitFor();
  });

  it("finds a name without diacritics, by keyboard alone", async () => {
    const search = page.getByRole("combobox");
    await search.fill("khu dat thu so 7");
    await page.getByRole("option", { name: /số 7/ }).waitFor();
    await search.press("ArrowDown");
    await search.press("Enter");
    await page.locator(".identify:not([hidden])").getByText("Khu đất thử số 7").first().waitFor();
    expect(page.url()).toContain("sel=zones/7");
  });

  it("shows the cursor in WGS 84 and VN-2000", async () => {
    const fresh = await openPage(`#${VIEW}`);
    await fresh.mouse.move(SIZE.width / 2, SIZE.height / 2);
    const text = await fresh.locator(".cursor-position").textContent();
    expect(text).toMatch(/11\.05\d*, 106\.65/);
    // EPSG:9210 of the centre by PROJ: 598140.86, 1222134.48
    const [, easting = 0, northing = 0] = /E (\d+)\s+N (\d+)/.exec(text ?? "")?.map(Number) ?? [];
    expect(Math.abs(easting - 598_141)).toBeLessThan(60);
    expect(Math.abs(northing - 1_222_134)).toBeLessThan(60);
    await fresh.context().close();
  });

  it("opens a shared address as it was", async () => {
    const shared = await openPage(`#${VIEW}&lang=en&sel=zones/3`);
    await shared.locator(".identify:not([hidden])").getByText("Khu đất thử số 3").first().waitFor();
    await shared.getByRole("heading", { name: "Layers" }).waitFor();
    await shared.context().close();
  });

  it("sees devices move", async () => {
    const [, key] = /(gisd_\S+|[A-Za-z0-9_-]{40,})/.exec(
      await server.gisd("keys", "create", "e2e", "--role", "operator"),
    ) ?? ["", ""];
    await server.gisd(
      "devices",
      "register",
      "bus-1",
      "--kind",
      "bus",
      "--name",
      "Xe buýt 1",
      "--visibility",
      "public",
    );
    const report = async (lon: number, bearing: number, secondsAgo: number) => {
      const answer = await fetch(`${server.url}/live/positions`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify({
          device: "bus-1",
          lon,
          lat: CENTRE.lat,
          bearing,
          speed: 36,
          time: new Date(Date.now() - 1000 * secondsAgo).toISOString(),
        }),
      });
      expect(answer.status, await answer.text()).toBeLessThan(300);
    };
    const fresh = await openPage(`#${VIEW}`);
    await report(CENTRE.lon, 90, 60);
    const row = fresh.locator('[data-kind="bus"]');
    await row.waitFor();
    expect(await row.textContent()).toContain("1");
    const card = fresh.locator(".device:not([hidden])");
    // It is in the list a frame before it is on the map.
    await until("the bus is clicked on", async () => {
      await fresh.mouse.click(SIZE.width / 2, SIZE.height / 2);
      return card.isVisible();
    });
    await card.getByText(/36\skm\/h/).waitFor();
    await card.getByText("90° Đông").waitFor();
    await fresh.screenshot({ path: join(OUT, "device.png") });

    await report(CENTRE.lon + 0.01, 45, 0); // 1.1 km in a minute
    await card.getByText("45° Đông Bắc").waitFor();
    await card.getByText("106.660000").waitFor();
    await fresh.context().close();
  });

  it("shows an edit in SQL at once, and asks for no tile that it does not touch", async () => {
    const fresh = await openPage(`#map=14.2/${CENTRE.lat}/${CENTRE.lon}`);
    await fresh.waitForSelector("#map[data-idle]");
    await tilesStopComing(fresh);
    const before = await middle(fresh);
    const told = await hear(server.url);
    const asked = noteTiles(fresh);
    const west = CENTRE.lon - 0.0005;
    const south = CENTRE.lat - 0.0005;
    await server.gisd(
      "psql",
      "--",
      "-q",
      "-c",
      `insert into layers.zones (name, geom)
       values ('Thửa mới', st_makeenvelope(${west}, ${south}, ${west + 0.001}, ${south + 0.001}, 4326))`,
    );
    const committed = Date.now();
    const change = await told();
    const heard = Date.now();
    await until("the new parcel is drawn", async () => (await middle(fresh)) !== before);
    console.info(
      `an edit in SQL: told after ${heard - committed} ms, drawn after ${Date.now() - committed} ms`,
    );
    await tilesStopComing(fresh);
    const tiles = asked();
    expect(change.collection).toBe("zones");
    expect(change.boxes.length).toBe(1);
    const [[w = 0, s = 0, e = 0, n = 0] = []] = change.boxes;
    for (const [got, want] of [
      [w, west],
      [s, south],
      [e, west + 0.001],
      [n, south + 0.001],
    ] as const) {
      expect(Math.abs(got - want)).toBeLessThan(1e-5);
    }
    expect(tiles.length).toBeGreaterThan(0);
    for (const tile of tiles) {
      const [z = 0, x = 0, y = 0] = tile.split("/").map(Number);
      expect(touches({ z, x, y }, [w, s, e, n]), tile).toBe(true);
    }
    expect(new Set(tiles).size).toBe(tiles.length);
    await fresh.context().close();
  });

  it("shows a scanned sheet of an archive under the data, without a reload", async () => {
    const fresh = await openPage(`#map=13/${CENTRE.lat}/${CENTRE.lon}&off=zones`);
    const bare = await middle(fresh);
    const tile = fresh.waitForResponse((r) => /\/tiles\/sheet\/\d+\/\d+\/\d+\.png/.test(r.url()) && r.ok());
    await server.gisd("tilesets", "add", "sheet", writeSheet(), "--title", "Tờ bản đồ 12", "--publish");
    await fresh.locator('[data-collection="sheet"]').getByText("Tờ bản đồ 12").waitFor();
    expect((await tile).headers()["content-type"]).toBe("image/png");
    await until("the sheet is drawn", async () => (await middle(fresh)) !== bare);
    await fresh.screenshot({ path: join(OUT, "sheet.png") });
    const box = fresh.locator('[data-collection="sheet"] input');
    await box.uncheck();
    await until("the sheet is hidden", async () => (await middle(fresh)) === bare);
    await fresh.context().close();
    await server.gisd("tilesets", "drop", "sheet", "--yes");
  });

  it("lets people sign in to see more", async () => {
    await server.gisd(
      "import",
      writeZones(),
      "--collection",
      "inner",
      "--publish",
      "--visibility",
      "internal",
    );
    const fresh = await openPage(`#${VIEW}`);
    expect(await fresh.locator('[data-collection="inner"]').count()).toBe(0);
    await fresh.getByRole("button", { name: "Đăng nhập" }).click();
    await fresh.getByLabel("Tên đăng nhập").fill("admin");
    await fresh.getByLabel("Mật khẩu").fill(server.password);
    await fresh.getByLabel("Mật khẩu").press("Enter");
    await fresh.locator('[data-collection="inner"]').getByText("Nội bộ").waitFor();
    await fresh.context().close();
  });

  it("shows the whole country with both archipelagos' names", async () => {
    const glyphs = page.waitForResponse((r) => r.url().endsWith("/7680-7935.pbf") && r.ok());
    await page.getByRole("button", { name: "Cả nước" }).click();
    await glyphs;
    await until("the country is in view", async () => /map=[345][./]/.test(page.url()));
    await page.waitForSelector("#map[data-idle]");
    await page.screenshot({ path: join(OUT, "country.png") });
  });

  it("asked nobody else for anything, and no script was refused", () => {
    expect(faults).toEqual([]);
  });
});
