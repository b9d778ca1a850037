import { afterEach, expect, it, vi } from "vitest";
import { Language } from "../i18n/language";
import { Client } from "./client";
import { ApiError } from "./problem";

afterEach(() => vi.unstubAllGlobals());

it("asks in the language of the interface and shows the server's own words", async () => {
  const asked: (string | null)[] = [];
  vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get("Accept-Language"));
    const problem = {
      status: 400,
      title: "Yêu cầu không hợp lệ",
      detail: "Có một tham số sai.",
      requestId: "r1",
    };
    return Promise.resolve(
      new Response(JSON.stringify(problem), {
        status: 400,
        headers: { "Content-Type": "application/problem+json" },
      }),
    );
  });
  const language = new Language("vi");
  const client = new Client("http://localhost/", language);
  const failure = await client.get("search?q=").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect((failure as ApiError).message).toBe("Có một tham số sai.");
  language.set("en");
  await client.get("search?q=").catch(() => undefined);
  expect(asked).toEqual(["vi", "en"]);
});
