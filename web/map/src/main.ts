import "maplibre-gl/dist/maplibre-gl.css";
import "./ui/app.css";
import "./ui/lists.css";
import "./ui/cards.css";
import "./ui/narrow.css";
import { Client } from "./api/client";
import { mount } from "./app";
import { Language, preferredLanguage } from "./i18n/language";
import { createMap } from "./map/create_map";
import { fetchStyle } from "./map/style";
import { Address } from "./state/url";
import { Notices } from "./ui/notices";
import { SpriteSheet } from "./ui/sprite";

const LANGUAGE_KEY = "gisd.language";

async function start(): Promise<void> {
  const address = new Address(window);
  const language = new Language(
    address.state.lang ?? storedLanguage() ?? preferredLanguage(navigator.languages),
  );
  const notices = new Notices(element("notices"), language);
  const name = () => {
    document.documentElement.lang = language.lang;
    document.title = language.t("title");
  };
  language.onChange(() => {
    name();
    address.change({ lang: language.lang });
    localStorage.setItem(LANGUAGE_KEY, language.lang);
  });
  name();
  try {
    const client = new Client(new URL(".", document.baseURI).href, language);
    const [style, sprites] = await Promise.all([fetchStyle(client), SpriteSheet.load(client)]);
    const map = createMap(element("map"), style, address.state, language);
    map.on("error", ({ error }) => console.warn(error));
    // A shared address that is pasted into an open page.
    window.addEventListener("hashchange", () => location.reload());
    mount({ map, style, client, language, address, notices, sprites });
  } catch (error) {
    if (error instanceof Error && /webgl/i.test(error.message)) notices.say(language.t("noWebGL"));
    else notices.error(error);
  }
}

function storedLanguage(): "vi" | "en" | undefined {
  const stored = localStorage.getItem(LANGUAGE_KEY);
  return stored === "vi" || stored === "en" ? stored : undefined;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id} is missing`);
  return found;
}

void start();
