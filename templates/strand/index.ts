/** The door of this strand for the others: nothing else of it is imported from outside. */
export { coursesOf, daysRun, type Course } from "./model.ts";
