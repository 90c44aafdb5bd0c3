/** Addresses of the pages about messages. */
export const mailPaths = {
  own: "/me/messages",
  person: (subjectId: string) => `/people/${encodeURIComponent(subjectId)}/messages`,
  unmet: "/staff/unmet-needs",
  unmetOne: (subjectId: string, id: string) =>
    `/staff/unmet-needs/${encodeURIComponent(subjectId)}/${encodeURIComponent(id)}`,
  overview: "/staff/messages",
  development: "/dev/mail",
} as const;
