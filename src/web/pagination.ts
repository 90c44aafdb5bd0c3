import type { Translate } from "./messages.ts";

/** Which slice of a list a page shows. `total` may be what was counted up to a limit. */
export type PageOf = { readonly page: number; readonly pageSize: number; readonly total: number };

/** The parameters of `govukPagination` for a list, or null when it fits one page. `url` keeps its other parameters. */
export function pagination({ page, pageSize, total }: PageOf, url: URL, t: Translate): object | null {
  const last = Math.max(1, Math.ceil(total / pageSize));
  if (last === 1) return null;
  const href = (number: number) => {
    const search = new URLSearchParams(url.searchParams);
    search.set("page", String(number));
    return `${url.pathname}?${search}`;
  };
  const near = [1, page - 1, page, page + 1, last].filter((number) => number >= 1 && number <= last);
  const items: object[] = [];
  let before = 0;
  for (const number of new Set(near)) {
    if (number > before + 1) items.push({ ellipsis: true });
    items.push({
      number,
      href: href(number),
      current: number === page,
      visuallyHiddenText: t("pagination.page", { number }),
    });
    before = number;
  }
  return {
    landmarkLabel: t("pagination.label"),
    ...(page > 1 ? { previous: { href: href(page - 1), text: t("pagination.previous") } } : {}),
    ...(page < last ? { next: { href: href(page + 1), text: t("pagination.next") } } : {}),
    items,
  };
}
