import type { Definition } from "./definition.ts";
import type { Question } from "./interpret.ts";

/** What is asked of many cases at once: by which definition they are judged, and from which moment they are seen. */
export type Asked = {
  readonly definition: Definition;
  /** The definition for a case of an area: an overlay's where one names the area. */
  readonly definitionFor: (area: string | null) => Definition;
  /** The areas that an overlay names. */
  readonly areas: readonly string[];
  /** Whether an overlay or readings were asked for by name. */
  readonly readingsAsked: boolean;
  readonly question: Question;
};
