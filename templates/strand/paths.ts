/** Named addresses of this strand. */
export const paths = {
  person: (subjectId: string) => `/__name__/${encodeURIComponent(subjectId)}`,
  start: (subjectId: string) => `/__name__/${encodeURIComponent(subjectId)}/start`,
} as const;
