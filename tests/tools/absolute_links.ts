/** The README where it is read outside of the repository: on JSR and on npm. */

/** A page with links that also lead somewhere outside of the repository. */
export function withAbsoluteLinks(
  markdown: string,
  repository: string,
): string {
  const address = `https://github.com/${repository}`;
  return markdown
    .replaceAll(
      /\]\((?!https?:|#|mailto:)([^)\s]+)\)/g,
      (_, path) => `](${address}/blob/HEAD/${path})`,
    )
    .replaceAll(
      /\b(src|srcset)="(?!https?:)([^"]+)"/g,
      (_, name, path) => `${name}="${address}/raw/HEAD/${path}"`,
    );
}
