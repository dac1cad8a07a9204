/** At most 40 characters of a cell. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

/** How rows of totals begin, which close short tables too. */
export const totals =
  /^\s*(grand |sub-?)?(totals?|sums?|means?|averages?|avg|min(imum)?|max(imum)?|median|count|summe|gesamt|mittel(wert)?|durchschnitt|moyenne|somme|suma|promedio|media|totaal|gemiddelde)\b/i;

/** At most ten names, quoted. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${shorten(name)}"`);
  return names.length > 10 ? `${shown.join(', ')} and ${names.length - 10} more` : shown.join(', ');
}
