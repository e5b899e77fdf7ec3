// The chosen file, kept in the browser's own database so that leaving the page does not lose it.

const STORE = "clip";

export const keepFile = (file: File) => within<void>("readwrite", (store) => store.put(file, STORE));
export const keptFile = () => within<File | undefined>("readonly", (store) => store.get(STORE));
export const forgetFile = () => within<void>("readwrite", (store) => store.delete(STORE));

function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("porchlight", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        database.close();
        done(request.result as T);
      };
      transaction.onerror = transaction.onabort = () => {
        database.close();
        fail(transaction.error);
      };
    };
  });
}
