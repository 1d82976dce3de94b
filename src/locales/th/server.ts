import type english from "../en/server.ts";
import type { WordsOf } from "../words.ts";

export default {
  "error.bad_json": "นี่ไม่ใช่ออบเจกต์ JSON กรุณาส่งหนึ่งออบเจกต์ต่อหนึ่งเฟรม เช่น {example}",
  "error.bad_frame": "ไม่มีฟิลด์ “{field}” หรือค่าไม่ถูกต้อง",
  "error.unknown_type": "ไม่มีเฟรมชนิด “{type}”",
  "error.bad_room": "ชื่อห้องใช้ได้เฉพาะตัวอักษร ตัวเลข “-” และ “_” ยาว 1 ถึง 64 ตัว",
  "error.bad_name": "ชื่อต้องมี 1 ถึง 32 ตัวอักษร ไม่มี “:” ไม่มีอักขระที่มองไม่เห็น และไม่เป็นตัวเลขล้วน",
  "error.bad_id": "รหัสต้องมี 16 ถึง 64 ตัว: ตัวอักษรละติน ตัวเลข “-” และ “_”",
  "error.bad_text": "ข้อความมีอักขระที่ไม่สมบูรณ์ (surrogate เดี่ยว)",
  "error.empty": "ข้อความนี้ว่างเปล่า",
  "error.too_long": "ข้อความยาวเกินไป: ได้ไม่เกิน {max} ตัวอักษร",
  "error.too_large": "ข้อมูลใหญ่เกินไป: ได้ไม่เกิน {max} ไบต์",
  "error.id_conflict": "ในห้องมีข้อความอื่นที่ใช้รหัสนี้แล้ว",
  "error.name_taken": "ชื่อนี้มีคนใช้อยู่ ชื่อ “{suggestion}” ยังว่าง",
  "error.not_joined": "กรุณาเข้าห้องก่อน",
  "error.no_such_room": "ไม่มีห้องนี้",
  "error.not_found": "ไม่มีอะไรอยู่ที่ที่อยู่นี้",
  "error.too_many_rooms": "เข้าห้องพร้อมกันได้ไม่เกิน {max} ห้อง",
  "error.rate_limited": "เร็วเกินไป กรุณาลองใหม่ในอีกสักครู่",
  "error.forbidden_host": "เซิร์ฟเวอร์นี้ไม่ตอบชื่อ “{host}” ผู้ดูแลอนุญาตได้ด้วย --allow-host {host}",
  "error.forbidden_origin": "หน้าเว็บจาก {origin} ใช้เซิร์ฟเวอร์นี้ไม่ได้ ผู้ดูแลอนุญาตได้ด้วย --allow-origin {origin}",
  "error.unavailable": "ตอนนี้ส่งอะไรไม่ได้ กรุณาลองใหม่ในอีกสักครู่",
  operator: "เซิร์ฟเวอร์",
} satisfies WordsOf<"th", typeof english>;
