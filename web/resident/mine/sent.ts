// The key to the post just sent: held for this tab only, shown once so that its owner can keep it.

const KEY = "porchlight.sent";

export const keepSent = (receipt: string) => sessionStorage.setItem(KEY, receipt);
export const sentReceipt = () => sessionStorage.getItem(KEY);
export const forgetSent = () => sessionStorage.removeItem(KEY);
