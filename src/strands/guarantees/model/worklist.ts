import type { CaseKey } from "../../../core/record/index.ts";
import type { CasePlace } from "./case-facts.ts";

/** `next`: not past due, what runs out first is first; `soon`: of those, what asks for action; `running`: all of them. */
export type WorklistState = "next" | "soon" | "overdue" | "paused" | "running";
export type WorklistFilter = {
  readonly serviceId: string | null;
  readonly organisationId: string | null;
  readonly areaCode: string | null;
  readonly guarantee: string | null;
  readonly promise: string | null;
  readonly state: WorklistState;
};
export type WorklistRow = CaseKey &
  CasePlace & {
    readonly guarantee: string;
    readonly promise: string;
    readonly period: number;
    readonly startedOn: number;
    readonly dueOn: number | null;
    readonly warnOn: number | null;
    readonly overdue: boolean;
  };

export type WorklistCounts = {
  readonly running: number;
  readonly overdue: number;
  readonly soon: number;
  readonly matching: number;
};
