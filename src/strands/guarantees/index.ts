/** The door of this strand for the others, and for the program: nothing else of it is imported from outside. */
export { library } from "./library.ts";
export { clockProjection, definitionsOf } from "./projection.ts";
