// The welcome in some languages; "{name}" becomes the name.

export const LANGUAGES = {
  en: { name: "English", text: "Welcome {name}, have a nice day!" },
  de: { name: "Deutsch", text: "Willkommen {name}, einen schönen Tag!" },
  es: { name: "Español", text: "Hola, {name}. ¡Que tengas un buen día!" },
  fr: { name: "Français", text: "Bonjour {name}, bonne journée !" },
  it: { name: "Italiano", text: "Ciao {name}, buona giornata!" },
  nl: { name: "Nederlands", text: "Welkom {name}, een fijne dag!" },
  pl: { name: "Polski", text: "Witaj, {name}, miłego dnia!" },
  pt: { name: "Português", text: "Olá, {name}. Tenha um bom dia!" },
  tr: { name: "Türkçe", text: "Hoş geldin {name}, iyi günler!" },
  uk: { name: "Українська", text: "Вітаю, {name}, гарного дня!" },
  ru: { name: "Русский", text: "Здравствуйте, {name}, хорошего дня!" },
  ar: { name: "العربية", text: "أهلاً {name}، نهارك سعيد!" },
  hi: { name: "हिन्दी", text: "नमस्ते {name}, आपका दिन शुभ हो!" },
  zh: { name: "中文", text: "欢迎{name}，祝你今天愉快！" },
  ja: { name: "日本語", text: "{name}さん、ようこそ。良い一日を！" },
};

/** The words in use: the user's own, else the language's. */
export function template(settings) {
  return settings.templates[settings.language] || LANGUAGES[settings.language].text;
}

/** The words for somebody. Where the user's own words name nobody, they are said as they are. */
export function welcomeText(settings, name) {
  return template(settings).split("{name}").join(name);
}
