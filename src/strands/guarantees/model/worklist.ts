import type { CaseKey } from "../../../core/record/index.ts";
import type { CasePlace } from "./case-facts.ts";

export type WorklistState = "running" | "overdue" | "soon" | "paused";
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

export type WorklistCounts = { readonly running: number; readonly overdue: number; readonly withinWeek: number; readonly matching: number };
