// Common emoji by the names people type after a colon, and by those of the reader's language (names.de.ts).
import { signal } from "@preact/signals";
import { locale, type Locale } from "../i18n";

const NAMES = "grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 rofl 🤣 joy 😂 slight_smile 🙂 upside_down 🙃 wink 😉 blush 😊 innocent 😇 "
  + "smiling_hearts 🥰 heart_eyes 😍 star_struck 🤩 kissing_heart 😘 yum 😋 tongue 😛 zany 🤪 hugs 🤗 giggle 🤭 shush 🤫 thinking 🤔 salute 🫡 zipper_mouth 🤐 "
  + "raised_eyebrow 🤨 neutral 😐 expressionless 😑 smirk 😏 unamused 😒 eye_roll 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷 "
  + "sick 🤒 nauseated 🤢 sneezing 🤧 hot 🥵 cold 🥶 woozy 🥴 dizzy_face 😵 exploding_head 🤯 cowboy 🤠 party 🥳 sunglasses 😎 nerd 🤓 monocle 🧐 "
  + "confused 😕 worried 😟 frowning 🙁 open_mouth 😮 astonished 😲 flushed 😳 pleading 🥺 anguished 😧 fearful 😨 cry 😢 sob 😭 scream 😱 weary 😩 "
  + "tired 😫 yawning 🥱 triumph 😤 rage 😡 angry 😠 skull 💀 clown 🤡 ghost 👻 alien 👽 robot 🤖 poop 💩 cat_smile 😺 see_no_evil 🙈 hear_no_evil 🙉 "
  + "speak_no_evil 🙊 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 white_heart 🤍 brown_heart 🤎 "
  + "broken_heart 💔 two_hearts 💕 sparkling_heart 💖 hundred 💯 boom 💥 dizzy 💫 sweat_drops 💦 zzz 💤 wave 👋 ok_hand 👌 pinch 🤏 victory ✌️ crossed_fingers 🤞 "
  + "love_you 🤟 point_left 👈 point_right 👉 point_up 👆 point_down 👇 thumbs_up 👍 thumbs_down 👎 fist ✊ clap 👏 raised_hands 🙌 heart_hands 🫶 handshake 🤝 "
  + "pray 🙏 writing_hand ✍️ muscle 💪 eyes 👀 brain 🧠 shrug 🤷 facepalm 🤦 dog 🐶 cat 🐱 mouse 🐭 rabbit 🐰 fox 🦊 bear 🐻 panda 🐼 lion 🦁 cow 🐮 pig 🐷 "
  + "frog 🐸 monkey 🐵 chicken 🐔 penguin 🐧 bird 🐦 duck 🦆 owl 🦉 horse 🐴 unicorn 🦄 bee 🐝 butterfly 🦋 snail 🐌 turtle 🐢 snake 🐍 octopus 🐙 fish 🐟 "
  + "dolphin 🐬 whale 🐳 shark 🦈 seal 🦭 feather 🪶 seedling 🌱 evergreen 🌲 tree 🌳 palm 🌴 cactus 🌵 herb 🌿 clover 🍀 leaf 🍃 maple 🍁 mushroom 🍄 rose 🌹 "
  + "sunflower 🌻 blossom 🌸 tulip 🌷 sun ☀️ cloud ☁️ rain 🌧️ snow ❄️ rainbow 🌈 umbrella ☔ lightning ⚡ fire 🔥 ocean 🌊 moon 🌙 full_moon 🌕 star ⭐ "
  + "sparkles ✨ comet ☄️ earth 🌍 apple 🍎 pear 🍐 lemon 🍋 banana 🍌 melon 🍉 grapes 🍇 strawberry 🍓 cherries 🍒 peach 🍑 tomato 🍅 avocado 🥑 carrot 🥕 "
  + "corn 🌽 bread 🍞 cheese 🧀 egg 🍳 pizza 🍕 burger 🍔 fries 🍟 taco 🌮 sushi 🍣 ramen 🍜 rice 🍚 cookie 🍪 cake 🍰 birthday 🎂 chocolate 🍫 ice_cream 🍦 "
  + "coffee ☕ tea 🍵 beer 🍺 wine 🍷 cheers 🥂 football ⚽ basketball 🏀 tennis 🎾 trophy 🏆 medal 🏅 chess ♟️ dart 🎯 game 🎮 dice 🎲 puzzle 🧩 art 🎨 "
  + "guitar 🎸 piano 🎹 music 🎵 headphones 🎧 microphone 🎤 film 🎬 camera 📷 tv 📺 phone 📱 laptop 💻 keyboard ⌨️ bulb 💡 book 📖 books 📚 newspaper 📰 "
  + "memo 📝 pencil ✏️ calendar 📅 chart 📈 pin 📌 paperclip 📎 scissors ✂️ lock 🔒 key 🔑 hammer 🔨 wrench 🔧 gear ⚙️ magnet 🧲 microscope 🔬 telescope 🔭 "
  + "pill 💊 syringe 💉 soap 🧼 gift 🎁 balloon 🎈 tada 🎉 confetti 🎊 ribbon 🎀 envelope ✉️ package 📦 megaphone 📣 bell 🔔 hourglass ⏳ alarm ⏰ bicycle 🚲 "
  + "train 🚆 bus 🚌 car 🚗 plane ✈️ rocket 🚀 boat ⛵ ship 🚢 anchor ⚓ house 🏠 tent ⛺ mountain ⛰️ beach 🏖️ map 🗺️ warning ⚠️ question ❓ exclamation ❗ "
  + "check ✅ cross ❌ recycle ♻️ infinity ♾️ peace ☮️ yin_yang ☯️ rainbow_flag 🏳️‍🌈 white_flag 🏳️ checkered_flag 🏁";

/** `name` is what is typed after a colon. */
export interface Picture { name: string; sign: string }

const words = NAMES.split(" ");
const all: Picture[] = words.flatMap((name, n) => (n % 2 ? [] : [{ name, sign: words[n + 1]! }]));

const OTHERS: Partial<Record<Locale, () => Promise<{ default: string }>>> = { de: () => import("./names.de"), ja: () => import("./names.ja") };
const own = signal<ReadonlyMap<string, string>>(new Map());
let learnt: Locale = "en";

/** Brings the names of the reader's language, once; until they are there, and where they cannot come, the English count. */
export async function learn(): Promise<void> {
  const wanted = locale.peek();
  if (wanted === learnt) return;
  const found = (await OTHERS[wanted]?.().catch(() => undefined))?.default.split(" ") ?? [];
  own.value = new Map(found.flatMap((sign, n) => (n % 2 ? [] : [[sign, found[n + 1]!]])));
  learnt = wanted;
}

export const called = (one: Picture): string => (own.value.get(one.sign) ?? one.name).replaceAll("_", " ");

/** Without capitals and blanks, and katakana as hiragana. */
const folded = (text: string): string => text.trim().toLowerCase().replaceAll(" ", "_").replace(/[ァ-ヶ]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 96));

/** Those that begin with it first. */
export function search(typed: string, most: number): Picture[] {
  const wanted = folded(typed);
  const names = (one: Picture): string[] => [one.name, folded(own.value.get(one.sign) ?? "")];
  const found = all.filter((one) => names(one).some((name) => name.includes(wanted)));
  const begins = (one: Picture): boolean => names(one).some((name) => name.startsWith(wanted));
  return [...found.filter(begins), ...found.filter((one) => !begins(one))].slice(0, most);
}
