import { mount } from "svelte";
import "../shared/tokens.css";
import "../shared/look.css";
import { light } from "../shared/theme";
import App from "./App.svelte";

light("system");
mount(App, { target: document.getElementById("app")! });
