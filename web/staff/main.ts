import { mount } from "svelte";
import "../shared/tokens.css";
import "../shared/look.css";
import { catchLinks } from "../shared/route.svelte";
import { light } from "../shared/theme";
import App from "./App.svelte";

light("dark");
catchLinks();
mount(App, { target: document.getElementById("app")! });
