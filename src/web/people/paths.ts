/** Addresses of the pages about who stands how to whom. */
const person = (subjectId: string) => `/people/${encodeURIComponent(subjectId)}`;
const member = (personId: string) => `/staff/people/${encodeURIComponent(personId)}`;

export const peoplePaths = {
  promises: person,
  looks: (subjectId: string) => `${person(subjectId)}/looks`,
  question: (subjectId: string, look: string) => `${person(subjectId)}/looks/${encodeURIComponent(look)}`,
  relationships: (subjectId: string) => `${person(subjectId)}/relationships`,
  end: (subjectId: string) => `${person(subjectId)}/relationships/end`,
  invite: (subjectId: string) => `${person(subjectId)}/relationships/invite`,
  consent: (subjectId: string) => `${person(subjectId)}/relationships/consent`,
  officer: (subjectId: string) => `${person(subjectId)}/relationships/record`,
  bar: (subjectId: string) => `${person(subjectId)}/relationships/bar`,
  emergency: (subjectId: string) => `${person(subjectId)}/emergency`,
  withhold: (subjectId: string) => `${person(subjectId)}/withhold`,
  details: (subjectId: string) => `${person(subjectId)}/details`,
  records: (subjectId: string) => `${person(subjectId)}/records`,
  offers: "/me/offers",
  find: "/staff/find",
  staff: "/staff/people",
  member,
  posts: (personId: string) => `${member(personId)}/posts`,
  teams: "/staff/teams",
  memberships: (personId: string) => `${member(personId)}/memberships`,
  questions: "/staff/questions",
  answer: (subjectId: string, question: string) =>
    `/staff/questions/${encodeURIComponent(subjectId)}/${encodeURIComponent(question)}`,
  withholdings: "/staff/withholdings",
} as const;
