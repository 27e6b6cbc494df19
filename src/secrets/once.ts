/** A function of an object that is called once for each object: asked again, it gives the same answer. */
export function once<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const answers = new WeakMap<K, { readonly answer: V }>();
  return (key) => {
    const known = answers.get(key) ?? { answer: compute(key) };
    answers.set(key, known);
    return known.answer;
  };
}
