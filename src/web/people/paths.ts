/** Addresses of the pages about who stands how to whom. */
const person = (subjectId: string) => `/people/${encodeURIComponent(subjectId)}`;

export const peoplePaths = {
  looks: (subjectId: string) => `${person(subjectId)}/looks`,
  relationships: (subjectId: string) => `${person(subjectId)}/relationships`,
  emergency: (subjectId: string) => `${person(subjectId)}/emergency`,
} as const;
