/** Log power in octave bands from the definition: one sum over the window for every frequency. */
export function naiveBandPower(values: ArrayLike<number>, window: number, start: number): number[] {
  const part = Array.from({ length: window }, (_, i) => values[start + i]!);
  const mean = part.reduce((sum, value) => sum + value, 0) / window;
  const tapered = part.map((value, i) => (value - mean) * Math.sin((Math.PI * (i + 0.5)) / window) ** 2);
  const powerAt = (cycles: number): number => {
    let re = 0;
    let im = 0;
    tapered.forEach((value, i) => {
      re += value * Math.cos((2 * Math.PI * cycles * i) / window);
      im -= value * Math.sin((2 * Math.PI * cycles * i) / window);
    });
    return re * re + im * im;
  };
  const bands: number[] = [];
  for (let low = 1; low < window / 2; low *= 2) {
    let power = 0;
    for (let cycles = low; cycles < 2 * low; cycles++) power += powerAt(cycles);
    bands.push(Math.log(power / window ** 2 + 1e-4));
  }
  bands.push(Math.log(powerAt(window / 2) / window ** 2 + 1e-4));
  return bands;
}
