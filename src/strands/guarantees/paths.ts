/** Named addresses of this strand. */
export const paths = {
  person: (subjectId: string) => `/people/${encodeURIComponent(subjectId)}`,
  calendar: (subjectId: string) => `/people/${encodeURIComponent(subjectId)}/promises.ics`,
  wrong: (subjectId: string) => `/people/${encodeURIComponent(subjectId)}/wrong`,
  record: (subjectId: string, caseId: string, type?: string, replaces?: string) => {
    const query = new URLSearchParams({
      case: caseId,
      ...(type === undefined ? {} : { type }),
      ...(replaces === undefined ? {} : { replaces }),
    });
    return `/people/${encodeURIComponent(subjectId)}/record?${query}`;
  },
  recordForm: (subjectId: string) => `/people/${encodeURIComponent(subjectId)}/record`,
  withdraw: (subjectId: string) => `/people/${encodeURIComponent(subjectId)}/withdraw`,
  worklist: "/worklist",
  places: "/places",
  place: (areaCode: string, serviceId?: string) =>
    `/places/${encodeURIComponent(areaCode)}${serviceId === undefined ? "" : `/${encodeURIComponent(serviceId)}`}`,
  figures: (areaCode: string, serviceId: string | null, format: "csv" | "json") =>
    `/figures/${encodeURIComponent(areaCode)}${serviceId === null ? "" : `/${encodeURIComponent(serviceId)}`}/promises.${format}`,
  definitions: "/guarantees",
  definition: (id: string) => `/guarantees/${encodeURIComponent(id)}`,
  schema: "/schemas/definition.json",
} as const;
