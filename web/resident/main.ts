import { mount } from "svelte";
import "../shared/tokens.css";
import "../shared/look.css";
import { catchLinks } from "../shared/route.svelte";
import { light } from "../shared/theme";
import App from "./App.svelte";
import { register } from "./alerts/device.svelte";
import { listen } from "./alerts/install.svelte";
import { followOtherTabs } from "./whose";

light("system");
catchLinks();
listen();
register();
followOtherTabs();
mount(App, { target: document.getElementById("app")! });
