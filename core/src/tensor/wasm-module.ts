/**
 * Compiles a WebAssembly module given as base64.
 * @throws the engine's own error where it has no WebAssembly or no SIMD, or a content security policy refuses it
 */
export function compileModule(base64: string): WebAssembly.Module {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new WebAssembly.Module(bytes);
}
